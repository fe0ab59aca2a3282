/* window_record.c - what reached the windows of a fake desktop, for specs. The desktop may be closed by then. */
#include <string.h>

#include "../core/clock.h"
#include "../core/fake/fake.h"
#include "bind.h"
#include "desktop.h"

static const struct fake_record *record_at(lua_State *L, int arg)
{
    /* The methods are only handed out by desktops that have one. */
    const struct bind_desktop *box = luaL_checkudata(L, arg, BIND_DESKTOP_CLASS);
    luaL_argcheck(L, box->record, arg, "only a fake desktop has a record");
    return box->record;
}

static lua_Number since_open(const struct fake_entry *e)
{
    return (lua_Number)e->at / (lua_Number)CLOCK_SECOND;
}

/* One table an event: { at, window, what, text }. */
static int l_history(lua_State *L)
{
    const struct fake_record *r = record_at(L, 1);
    size_t n = fake_record_count(r);
    lua_newtable(L);
    for (size_t i = 0; i < n; i++) {
        const struct fake_entry *e = fake_record_entry(r, i);
        lua_createtable(L, 0, 4);
        lua_pushnumber(L, since_open(e));
        lua_setfield(L, -2, "at");
        lua_pushstring(L, e->window);
        lua_setfield(L, -2, "window");
        lua_pushstring(L, e->what);
        lua_setfield(L, -2, "what");
        lua_pushlstring(L, e->text, e->len);
        lua_setfield(L, -2, "text");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* Lists of texts, and how often the others happened. */
static const struct {
    const char *what, *list, *count;
} columns[] = {{"arrive", "pasted", NULL},    {"key", "keys", NULL},          {"type", "typed", NULL},
               {"submit", "submitted", NULL}, {"consent", "consented", NULL}, {"paste", NULL, "pastes"},
               {"focus", NULL, "focused"}};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void push_empty(lua_State *L)
{
    lua_createtable(L, 0, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) {
        if (columns[i].list)
            lua_newtable(L);
        else
            lua_pushinteger(L, 0);
        lua_setfield(L, -2, columns[i].list ? columns[i].list : columns[i].count);
    }
}

/* The window's table is on top. */
static void count_in(lua_State *L, const struct fake_entry *e)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        if (strcmp(columns[i].what, e->what) != 0)
            continue;
        if (columns[i].list) {
            lua_getfield(L, -1, columns[i].list);
            lua_pushlstring(L, e->text, e->len);
            lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
            lua_pop(L, 1);
        } else {
            lua_getfield(L, -1, columns[i].count);
            lua_pushinteger(L, lua_tointeger(L, -1) + 1);
            lua_setfield(L, -3, columns[i].count);
            lua_pop(L, 1);
        }
    }
}

static int l_record(lua_State *L)
{
    const struct fake_record *r = record_at(L, 1);
    lua_newtable(L);
    for (size_t i = 0; fake_record_window(r, i); i++) {
        push_empty(L);
        lua_setfield(L, -2, fake_record_window(r, i));
    }
    size_t n = fake_record_count(r);
    for (size_t i = 0; i < n; i++) {
        const struct fake_entry *e = fake_record_entry(r, i);
        if (lua_getfield(L, -1, e->window) == LUA_TTABLE)
            count_in(L, e);
        lua_pop(L, 1);
    }
    return 1;
}

bool bind_record_method(lua_State *L, const char *name)
{
    bool record = strcmp(name, "record") == 0;
    if (!record && strcmp(name, "history") != 0)
        return false;
    lua_pushcfunction(L, record ? l_record : l_history);
    return true;
}
