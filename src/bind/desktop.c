/* desktop.c - the methods of a desktop. */
#include "desktop.h"

#include <stdlib.h>
#include <string.h>

#include "../core/fake/fake.h"
#include "../core/wait.h"
#include "bind.h"

static const char CLASS[] = BIND_DESKTOP_CLASS, CHANGES[] = "dispatch.changes", HELD[] = "dispatch.desktop.held";

struct bind_desktop *bind_desktop_at(lua_State *L, int arg)
{
    struct bind_desktop *box = luaL_checkudata(L, arg, CLASS);
    luaL_argcheck(L, box->desktop, arg, "the desktop is closed");
    return box;
}

void bind_desktop_idle(lua_State *L, const struct bind_desktop *box, const char *what)
{
    if (box->pressing)
        luaL_error(L, "%s: not while the function press runs: what called it still needs the desktop", what);
}

/* What core gave us and Lua errors must not lose. */
struct held {
    struct window_list list;
    char *text;
};

static int release(lua_State *L)
{
    struct held *held = luaL_checkudata(L, 1, HELD);
    window_list_clear(&held->list);
    free(held->text);
    held->text = NULL;
    return 0;
}

static struct held *push_held(lua_State *L)
{
    struct held *held = lua_newuserdatauv(L, sizeof *held, 0);
    *held = (struct held){0};
    luaL_setmetatable(L, HELD);
    return held;
}

struct window_pin bind_pin_at(lua_State *L, int arg)
{
    static const char *const known[] = {"id", "pid", "token", NULL};
    luaL_checktype(L, arg, LUA_TTABLE);
    bind_known_keys(L, arg, known);
    struct window_pin pin = {.token = bind_string_field(L, arg, "token")};
    luaL_argcheck(L, pin.token && *pin.token, arg, "a pin needs a token, the text that must stand in the title");
    int is_id, is_pid;
    lua_getfield(L, arg, "id");
    pin.id = (uint64_t)lua_tointegerx(L, -1, &is_id);
    luaL_argcheck(L, is_id, arg, "a pin needs an id, as list() gives it");
    bool given = lua_getfield(L, arg, "pid") != LUA_TNIL;
    pin.pid = lua_tointegerx(L, -1, &is_pid);
    luaL_argcheck(L, !given || is_pid, arg, "a pin's pid is a whole number");
    lua_pop(L, 2);
    return pin;
}

int64_t bind_options_at(lua_State *L, int arg, const char *const *known)
{
    luaL_checktype(L, arg, LUA_TTABLE);
    bind_known_keys(L, arg, known);
    return bind_deadline_field(L, arg);
}
static const char *const only_deadline[] = {"deadline", NULL};

const char *bind_taken(enum window_taken taken)
{
    static const char *const words[] = {"unknown", "not", "served", "whole"};
    return words[taken];
}

static int answer(lua_State *L, bool ok, struct error *err)
{
    if (!ok)
        return bind_refuse(L, err);
    lua_pushboolean(L, true);
    return 1;
}

static void push_window(lua_State *L, const struct window *w)
{
    static const struct {
        const char *key;
        unsigned flag;
    } flags[] = {{"minimised", WINDOW_MINIMISED},
                 {"elsewhere", WINDOW_ELSEWHERE},
                 {"elevated", WINDOW_ELEVATED},
                 {"dead", WINDOW_DEAD},
                 {"relay", WINDOW_RELAY},
                 {"shell", WINDOW_SHELL},
                 {"self", WINDOW_SELF}};
    lua_createtable(L, 0, 12);
    lua_pushinteger(L, (lua_Integer)w->id);
    lua_setfield(L, -2, "id");
    lua_pushinteger(L, w->pid);
    lua_setfield(L, -2, "pid");
    lua_pushstring(L, w->title);
    lua_setfield(L, -2, "title");
    lua_pushstring(L, w->app);
    lua_setfield(L, -2, "app");
    lua_pushstring(L, w->alias);
    lua_setfield(L, -2, "alias");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        lua_pushboolean(L, (w->flags & flags[i].flag) != 0);
        lua_setfield(L, -2, flags[i].key);
    }
}

static int l_list(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct error err = {0};
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TTABLE);
    const char *const *titles = lua_istable(L, 2) ? bind_strings(L, 2, 2, "titles") : NULL;
    struct held *held = push_held(L);
    if (!box->backend->list(box->desktop, titles, &held->list, &err))
        return bind_refuse(L, &err);
    lua_createtable(L, held->list.n < 1000 ? (int)held->list.n : 1000, 0);
    for (size_t i = 0; i < held->list.n; i++) {
        push_window(L, &held->list.items[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    window_list_clear(&held->list);
    return 1;
}

static int l_changes(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    if (lua_getiuservalue(L, 1, 1) == LUA_TUSERDATA)
        return 1;
    struct bind_handle *handle = lua_newuserdatauv(L, sizeof *handle, 1);
    handle->source = NULL;
    luaL_setmetatable(L, CHANGES);
    lua_pushvalue(L, 1); /* the desktop lives while somebody waits for its changes */
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 1);
    handle->source = box->backend->changes(box->desktop);
    return 1;
}

/* Of the changes: they are the desktop's, so closing them only takes them out of their set. */
static int leave(lua_State *L)
{
    struct bind_handle *handle = luaL_checkudata(L, 1, CHANGES);
    if (handle->source)
        wait_remove(handle->source);
    return 0;
}

static int l_check(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct window_pin pin = bind_pin_at(L, 2);
    struct error err = {0};
    return answer(L, box->backend->check(box->desktop, &pin, &err), &err);
}

static int l_focus(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct window_pin pin = bind_pin_at(L, 2);
    int64_t until = bind_options_at(L, 3, only_deadline);
    struct error err = {0};
    return answer(L, box->backend->focus(box->desktop, &pin, until, &err), &err);
}

static int l_type(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct window_pin pin = bind_pin_at(L, 2);
    size_t len;
    const char *text = luaL_checklstring(L, 3, &len);
    luaL_argcheck(L, strlen(text) == len, 3, "no key types a NUL byte");
    int64_t until = bind_options_at(L, 4, only_deadline);
    struct error err = {0};
    return answer(L, box->backend->type(box->desktop, &pin, text, until, &err), &err);
}

static int push_text_of(lua_State *L,
                        bool (*read)(struct desktop *, const struct window_pin *, char **, size_t *, struct error *))
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct window_pin pin = bind_pin_at(L, 2);
    struct held *held = push_held(L);
    size_t len = 0;
    struct error err = {0};
    if (!read)
        error_set(&err, EC_UNSUPPORTED, "on %s no window tells of itself", box->backend->name);
    if (!read || !read(box->desktop, &pin, &held->text, &len, &err))
        return bind_refuse(L, &err);
    lua_pushlstring(L, held->text, len);
    free(held->text);
    held->text = NULL;
    return 1;
}

static int l_screen_text(lua_State *L)
{
    return push_text_of(L, bind_desktop_at(L, 1)->backend->screen_text);
}

static int l_told_text(lua_State *L)
{
    return push_text_of(L, bind_desktop_at(L, 1)->backend->told_text);
}

static int l_screenshot(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    bool whole = lua_isnil(L, 2);
    struct window_pin pin = {0};
    if (!whole)
        pin = bind_pin_at(L, 2);
    const char *path = bind_path(L, 3);
    struct error err = {0};
    return answer(L, box->backend->screenshot(box->desktop, whole ? NULL : &pin, path, &err), &err);
}

static int l_highlight(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct window_pin pin = bind_pin_at(L, 2);
    int64_t until = bind_options_at(L, 3, only_deadline);
    struct error err = {0};
    if (box->backend->highlight)
        return answer(L, box->backend->highlight(box->desktop, &pin, until, &err), &err);
    error_set(&err, EC_UNSUPPORTED, "'%s': on %s no window has a border that could flash", pin.token,
              box->backend->name);
    return bind_refuse(L, &err);
}

static int l_lock(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    int64_t until = bind_deadline(L, 2);
    struct error err = {0};
    return answer(L, !box->backend->lock || box->backend->lock(box->desktop, until, &err), &err);
}

static int l_unlock(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    bind_desktop_idle(L, box, "unlock");
    if (box->backend->unlock)
        box->backend->unlock(box->desktop);
    return 0;
}

static void shut(lua_State *L, struct bind_desktop *box)
{
    struct desktop *desktop = box->desktop;
    if (!desktop)
        return;
    if (lua_getiuservalue(L, 1, 1) == LUA_TUSERDATA)
        ((struct bind_handle *)lua_touserdata(L, -1))->source = NULL;
    box->desktop = NULL;
    box->backend->close(desktop);
    box->backend = NULL;
}

static int l_close(lua_State *L)
{
    struct bind_desktop *box = luaL_checkudata(L, 1, CLASS);
    bind_desktop_idle(L, box, "close");
    shut(L, box);
    return 0;
}

/* The record is kept until nobody can ask for it. */
static int finalize(lua_State *L)
{
    struct bind_desktop *box = luaL_checkudata(L, 1, CLASS);
    shut(L, box); /* under press as well: then the program ends, and nothing comes back to it */
    fake_record_drop(box->record);
    box->record = NULL;
    return 0;
}

static const luaL_Reg methods[] = {
    {"changes", l_changes},
    {"check", l_check},
    {"focus", l_focus},
    {"highlight", l_highlight},
    {"key", bind_key},
    {"list", l_list},
    {"lock", l_lock},
    {"paste", bind_paste},
    {"reader", bind_reader},
    {"screen_text", l_screen_text},
    {"screenshot", l_screenshot},
    {"told_text", l_told_text},
    {"type", l_type},
    {"unlock", l_unlock},
    {"unsaved", bind_unsaved},
    {NULL, NULL},
};

/* __index of a desktop: a method (upvalue 1), else one of its six fields. */
static int index_desktop(lua_State *L)
{
    struct bind_desktop *box = luaL_checkudata(L, 1, CLASS);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    const struct window_backend *backend = box->backend;
    if (box->record && bind_record_method(L, key))
        return 1;
    if (!backend)
        return luaL_argerror(L, 1, "the desktop is closed");
    if (strcmp(key, "name") == 0)
        lua_pushstring(L, backend->name);
    else if (strcmp(key, "paste_keys") == 0)
        lua_pushstring(L, backend->paste_keys);
    else if (strcmp(key, "exclusive") == 0)
        lua_pushboolean(L, (backend->abilities & WINDOW_EXCLUSIVE) != 0);
    else if (strcmp(key, "reads_text") == 0)
        lua_pushboolean(L, (backend->abilities & WINDOW_READS_TEXT) != 0);
    else if (strcmp(key, "reads_field") == 0)
        lua_pushboolean(L, (backend->abilities & WINDOW_READS_FIELD) != 0);
    else if (strcmp(key, "same_queue") == 0)
        lua_pushboolean(L, (backend->abilities & WINDOW_SAME_QUEUE) != 0);
    else
        lua_pushnil(L);
    return 1;
}

void bind_desktop_classes(lua_State *L)
{
    static const luaL_Reg none[] = {{NULL, NULL}};
    bind_class(L, HELD, none, release, false);
    bind_class(L, CHANGES, none, leave, true);
    bind_class(L, CLASS, methods, l_close, false);
    luaL_getmetatable(L, CLASS);
    lua_getfield(L, -1, "__index");
    lua_pushcclosure(L, index_desktop, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, finalize);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}

struct bind_desktop *bind_desktop_new(lua_State *L)
{
    struct bind_desktop *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = (struct bind_desktop){0};
    luaL_setmetatable(L, CLASS);
    return box;
}

int bind_desktop_fill(lua_State *L, struct bind_desktop *box, struct desktop *desktop, struct error *err)
{
    if (!desktop)
        return bind_refuse(L, err);
    box->desktop = desktop;
    box->backend = desktop->backend;
    box->record = fake_is(desktop) ? fake_record_keep(desktop) : NULL;
    return 1;
}
