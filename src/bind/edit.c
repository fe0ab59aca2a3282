/* edit - lines from a person at a terminal, with history and completion. */
#include "bind.h"

#ifdef DISPATCH_EDIT

#include <stdlib.h>
#include <string.h>

#include "../core/edit.h"

static const char CLASS[] = "dispatch.edit";

/* User value 1: the function `complete`, or nil. */
struct box {
    struct edit *edit; /* NULL: closed */
    lua_State *L;      /* of the line() that runs; NULL: none does */
};

static struct box *edit_at(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, CLASS);
    luaL_argcheck(L, box->edit, 1, "the editor is closed");
    return box;
}

struct question {
    const char *line;
    size_t cursor;
    struct edit_change *change;
};

/* complete(line, cursor) answers {from, text, shown}, or nil. */
static int ask_lua(lua_State *L)
{
    struct question *q = lua_touserdata(L, 2);
    lua_pushvalue(L, 1);
    lua_pushstring(L, q->line);
    lua_pushinteger(L, (lua_Integer)q->cursor);
    lua_call(L, 2, 1);
    if (!lua_istable(L, 3))
        return 0;
    const char *text = bind_string_field(L, 3, "text"), *shown = bind_string_field(L, 3, "shown");
    lua_getfield(L, 3, "from");
    lua_Integer from = luaL_optinteger(L, -1, 1);
    luaL_argcheck(L, from >= 1, 3, "from counts bytes from 1");
    q->change->from = (size_t)from - 1;
    q->change->text = text ? strdup(text) : NULL;
    q->change->shown = shown ? strdup(shown) : NULL;
    lua_pushboolean(L, true);
    return 1;
}

/* Protected from its first allocation on: no Lua error may leave through the editor. */
static bool complete(void *owner, const char *line, size_t cursor, struct edit_change *change)
{
    struct box *box = owner;
    struct question q = {line, cursor, change};
    lua_State *L = box->L;
    if (!L || !lua_checkstack(L, LUA_MINSTACK))
        return false;
    int top = lua_gettop(L);
    lua_pushcfunction(L, ask_lua);
    lua_getiuservalue(L, 1, 1); /* line()'s own argument */
    lua_pushlightuserdata(L, &q);
    bool found = lua_pcall(L, 2, 1, 0) == LUA_OK && lua_toboolean(L, -1);
    lua_settop(L, top);
    return found;
}

/* line(prompt): text; nil alone at the end. */
static int l_line(lua_State *L)
{
    struct error err = {0};
    char *line;
    struct box *box = edit_at(L);
    const char *prompt = luaL_optstring(L, 2, "> ");
    luaL_argcheck(L, !box->L, 1, "it asks for a line already");
    lua_settop(L, 2);
    box->L = L;
    bool ok = edit_line(box->edit, prompt, &line, &err);
    box->L = NULL;
    if (!ok)
        return bind_refuse(L, &err);
    if (line)
        bind_push_taken(L, line);
    else
        lua_pushnil(L);
    return 1;
}

/* keep(text) */
static int l_keep(lua_State *L)
{
    struct error err = {0};
    struct box *box = edit_at(L);
    size_t len;
    const char *text = luaL_checklstring(L, 2, &len);
    luaL_argcheck(L, strlen(text) == len, 2, "a line has no NUL byte");
    if (!edit_keep(box->edit, text, &err))
        return bind_refuse(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

static int l_close(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, CLASS);
    luaL_argcheck(L, !box->L, 1, "it asks for a line just now");
    edit_close(box->edit);
    box->edit = NULL;
    return 0;
}

/* open{history, complete} */
static int l_open(lua_State *L)
{
    static const char *const known[] = {"complete", "history", NULL};
    struct error err = {0};
    lua_settop(L, 1);
    bind_known_keys(L, 1, known);
    const char *history = bind_string_field(L, 1, "history");
    struct box *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = (struct box){0};
    luaL_setmetatable(L, CLASS);
    bool asks = lua_istable(L, 1) && lua_getfield(L, 1, "complete") != LUA_TNIL;
    luaL_argcheck(L, !asks || lua_isfunction(L, -1), 1, "field 'complete' must be a function");
    if (asks)
        lua_setiuservalue(L, 2, 1);
    lua_settop(L, 2);
    box->edit = edit_open(history, asks ? complete : NULL, box, &err);
    return box->edit ? 1 : bind_refuse(L, &err);
}

static const luaL_Reg methods[] = {
    {"keep", l_keep},
    {"line", l_line},
    {NULL, NULL},
};

int luaopen_edit(lua_State *L)
{
    static const luaL_Reg functions[] = {{"open", l_open}, {NULL, NULL}};
    bind_class(L, CLASS, methods, l_close, false);
    luaL_newlib(L, functions);
    return 1;
}

#else

static int l_open(lua_State *L)
{
    struct error err = {0};
    error_set(&err, EC_UNSUPPORTED, "this dispatch was built without an editor of lines");
    return bind_refuse(L, &err);
}

int luaopen_edit(lua_State *L)
{
    static const luaL_Reg functions[] = {{"open", l_open}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}

#endif
