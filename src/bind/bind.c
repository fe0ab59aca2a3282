#include "bind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../core/clock.h"

static int push_refusal(lua_State *L)
{
    const struct error *err = lua_touserdata(L, 1);
    lua_pushnil(L);
    lua_pushstring(L, err->message ? err->message : "out of memory");
    lua_pushstring(L, err->code ? err->code : EC_IO);
    return 3;
}

int bind_refuse(lua_State *L, struct error *err)
{
    lua_pushcfunction(L, push_refusal);
    lua_pushlightuserdata(L, err);
    int status = lua_pcall(L, 1, 3, 0); /* the message is freed also where Lua has no memory for it */
    error_clear(err);
    return status == LUA_OK ? 3 : lua_error(L);
}

static int push_text(lua_State *L)
{
    lua_pushstring(L, lua_touserdata(L, 1));
    return 1;
}

void bind_push_taken(lua_State *L, char *text)
{
    if (!text)
        luaL_error(L, "out of memory");
    lua_pushcfunction(L, push_text);
    lua_pushlightuserdata(L, text);
    int status = lua_pcall(L, 1, 1, 0);
    free(text);
    if (status != LUA_OK)
        lua_error(L);
}

static int64_t nanoseconds(double seconds)
{
    double ns = seconds * (double)CLOCK_SECOND;
    if (ns >= (double)CLOCK_NEVER)
        return CLOCK_NEVER;
    return ns <= (double)INT64_MIN ? INT64_MIN : (int64_t)ns;
}

int64_t bind_deadline(lua_State *L, int arg)
{
    lua_Number seconds = luaL_checknumber(L, arg);
    luaL_argcheck(L, seconds <= HUGE_VAL, arg, "a deadline is a number of seconds: clock.now() + n");
    return nanoseconds(seconds);
}

int64_t bind_deadline_field(lua_State *L, int arg)
{
    luaL_checktype(L, arg, LUA_TTABLE);
    if (lua_getfield(L, arg, "deadline") != LUA_TNUMBER || !(lua_tonumber(L, -1) <= HUGE_VAL)) /* NaN */
        luaL_argerror(L, arg, "field deadline is missing: clock.now() + seconds");
    int64_t ns = nanoseconds(lua_tonumber(L, -1));
    lua_pop(L, 1);
    return ns;
}

const char *bind_path(lua_State *L, int arg)
{
    size_t len;
    const char *path = luaL_checklstring(L, arg, &len);
    luaL_argcheck(L, len > 0, arg, "a path cannot be empty");
    luaL_argcheck(L, strlen(path) == len, arg, "a path cannot have a NUL byte in it");
    return path;
}

static bool is_known(const char *key, const char *const *known)
{
    for (; *known; known++)
        if (strcmp(key, *known) == 0)
            return true;
    return false;
}

void bind_known_keys(lua_State *L, int arg, const char *const *known)
{
    if (lua_isnoneornil(L, arg))
        return;
    luaL_checktype(L, arg, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        if (key && is_known(key, known))
            continue;
        luaL_Buffer b;
        const char *shown = luaL_tolstring(L, -2, NULL);
        luaL_buffinit(L, &b);
        luaL_addstring(&b, "unknown field '");
        luaL_addstring(&b, shown);
        luaL_addstring(&b, "'; known:");
        for (; *known; known++) {
            luaL_addstring(&b, " ");
            luaL_addstring(&b, *known);
        }
        luaL_pushresult(&b);
        luaL_argerror(L, arg, lua_tostring(L, -1));
    }
}

const char *bind_string_field(lua_State *L, int arg, const char *key)
{
    if (lua_isnoneornil(L, arg))
        return NULL;
    int type = lua_getfield(L, arg, key);
    if (type != LUA_TNIL && type != LUA_TSTRING)
        luaL_argerror(L, arg, lua_pushfstring(L, "field '%s' must be a string", key));
    const char *text = lua_tostring(L, -1);
    lua_pop(L, 1);
    return text;
}

bool bind_flag_field(lua_State *L, int arg, const char *key)
{
    if (lua_isnoneornil(L, arg))
        return false;
    int type = lua_getfield(L, arg, key);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        luaL_argerror(L, arg, lua_pushfstring(L, "field '%s' must be true or false", key));
    bool set = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return set;
}

static const char WAITABLE[] = "dispatch.waitable"; /* key in the metatable of classes with a source */

const char **bind_strings(lua_State *L, int arg, int index, const char *what)
{
    lua_Integer n = luaL_len(L, index);
    if (n < 0 || n > 100000)
        luaL_argerror(L, arg, lua_pushfstring(L, "%s is too long", what));
    const char **list = lua_newuserdatauv(L, ((size_t)n + 1) * sizeof *list, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        size_t len = 0;
        bool is_string = lua_geti(L, index, i) == LUA_TSTRING; /* a number would be converted: not in the list */
        list[i - 1] = is_string ? lua_tolstring(L, -1, &len) : NULL;
        if (!is_string || strlen(list[i - 1]) != len)
            luaL_argerror(L, arg, lua_pushfstring(L, "%s[%I] must be a string without NUL bytes", what, i));
        lua_pop(L, 1);
    }
    list[n] = NULL;
    return list;
}

void bind_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction close, bool waitable)
{
    if (luaL_newmetatable(L, name)) {
        lua_newtable(L);
        luaL_setfuncs(L, methods, 0);
        lua_pushcfunction(L, close);
        lua_setfield(L, -2, "close");
        lua_setfield(L, -2, "__index");
        lua_pushcfunction(L, close);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, close);
        lua_setfield(L, -2, "__close");
        lua_pushboolean(L, waitable);
        lua_setfield(L, -2, WAITABLE);
    }
    lua_pop(L, 1);
}

struct bind_handle *bind_test_handle(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || luaL_getmetafield(L, index, WAITABLE) == LUA_TNIL)
        return NULL;
    bool ok = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return ok ? lua_touserdata(L, index) : NULL;
}

struct bind_handle *bind_handle_at(lua_State *L, int arg)
{
    struct bind_handle *handle = bind_test_handle(L, arg);
    luaL_argcheck(L, handle, arg, "something to wait for expected: a file, a child, a window list, a timer");
    luaL_argcheck(L, handle && handle->source, arg, "it is closed already");
    return handle;
}
