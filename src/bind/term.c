/* term - our own terminal. */
#include "../core/term.h"

#include <stdlib.h>

#include "../core/wait.h"
#include "bind.h"

static const char SOURCE[] = "dispatch.term.source";

#define READ_MAX 65536

static int answer(lua_State *L, bool ok, struct error *err)
{
    if (!ok)
        return bind_refuse(L, err);
    lua_pushboolean(L, true);
    return 1;
}

static enum term_stream stream_at(lua_State *L, int arg, const char *otherwise)
{
    static const char *const words[] = {"in", "out", "err", NULL}; /* as enum term_stream */
    return (enum term_stream)luaL_checkoption(L, arg, otherwise, words);
}

/* is_tty(stream). */
static int term_is_tty_stream(lua_State *L)
{
    lua_pushboolean(L, term_is_tty(stream_at(L, 1, NULL)));
    return 1;
}

/* size(): columns, rows. */
static int term_size_out(lua_State *L)
{
    struct error err = {0};
    int columns, rows;
    if (!term_size(&columns, &rows)) {
        error_set(&err, EC_UNSUPPORTED, "stdout: is no terminal");
        return bind_refuse(L, &err);
    }
    lua_pushinteger(L, columns);
    lua_pushinteger(L, rows);
    return 2;
}

/* write(text [, stream]). */
static int term_write_text(lua_State *L)
{
    struct error err = {0};
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    enum term_stream stream = stream_at(L, 2, "out");
    luaL_argcheck(L, stream != TERM_IN, 2, "\"out\" or \"err\"");
    return answer(L, term_write(stream, text, len, &err), &err);
}

static int term_raw_input(lua_State *L)
{
    struct error err = {0};
    return answer(L, term_raw(&err), &err);
}

static int term_restore_it(lua_State *L)
{
    (void)L;
    term_restore();
    return 0;
}

/* read([max]): bytes, "" when there is nothing now, nil at the end. */
static int term_read_bytes(lua_State *L)
{
    struct error err = {0};
    lua_Integer max = luaL_optinteger(L, 1, READ_MAX);
    luaL_argcheck(L, max > 0 && max <= READ_MAX, 1, "1 to 65536 bytes");
    size_t len;
    bool end;
    luaL_Buffer b;
    char *bytes = luaL_buffinitsize(L, &b, (size_t)max);
    if (!term_read(bytes, (size_t)max, &len, &end, &err))
        return bind_refuse(L, &err);
    luaL_pushresultsize(&b, len);
    if (end)
        lua_pushnil(L);
    return 1;
}

/* There is one of each a program: the same userdata for everybody who asks, so that one who lets go of it does not take
 * it out of another one's set. key: its place in the registry. */
static int one_source(lua_State *L, void *key, struct wait_source *(*get)(struct error *err))
{
    struct error err = {0};
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TUSERDATA &&
        ((struct bind_handle *)lua_touserdata(L, -1))->source)
        return 1;
    struct bind_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
    handle->source = NULL;
    luaL_setmetatable(L, SOURCE);
    if (!(handle->source = get(&err)))
        return bind_refuse(L, &err);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
    return 1;
}

static int term_resized_source(lua_State *L)
{
    static char key;
    return one_source(L, &key, term_resized);
}

static int term_input_source(lua_State *L)
{
    static char key;
    return one_source(L, &key, term_input);
}

static int source_close(lua_State *L)
{
    struct bind_handle *handle = luaL_checkudata(L, 1, SOURCE);
    if (handle->source)
        wait_remove(handle->source);
    handle->source = NULL;
    return 0;
}

static const luaL_Reg functions[] = {
    {"input", term_input_source}, {"is_tty", term_is_tty_stream},   {"raw", term_raw_input},
    {"read", term_read_bytes},    {"resized", term_resized_source}, {"restore", term_restore_it},
    {"size", term_size_out},      {"write", term_write_text},       {NULL, NULL},
};
static const luaL_Reg no_methods[] = {
    {NULL, NULL},
};

int luaopen_term(lua_State *L)
{
    bind_class(L, SOURCE, no_methods, source_close, true);
    luaL_newlib(L, functions);
    return 1;
}
