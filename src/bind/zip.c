/* zip - zips of strangers: looked at, read, placed; and our own. */
#include "../core/archive.h"

#include <stdlib.h>
#include <string.h>

#include "bind.h"

/* What must be freed also when Lua raises (no memory). */
static const char HELD[] = "dispatch.zip.held";
struct held {
    struct archive *archive;
    char *bytes;
    struct archive_input *files; /* their texts are Lua's */
};

static int held_close(lua_State *L)
{
    struct held *held = luaL_checkudata(L, 1, HELD);
    archive_close(held->archive);
    free(held->bytes);
    free(held->files);
    *held = (struct held){NULL, NULL, NULL};
    return 0;
}

static struct held *hold(lua_State *L)
{
    struct held *held = lua_newuserdatauv(L, sizeof *held, 0);
    *held = (struct held){NULL, NULL, NULL};
    luaL_setmetatable(L, HELD);
    lua_toclose(L, -1);
    return held;
}

static void push_entry(lua_State *L, struct archive_entry entry)
{
    lua_createtable(L, 0, 5);
    lua_pushstring(L, entry.name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, entry.path);
    lua_setfield(L, -2, "path");
    lua_pushinteger(L, (lua_Integer)entry.bytes);
    lua_setfield(L, -2, "bytes");
    lua_pushinteger(L, entry.crc);
    lua_setfield(L, -2, "crc");
    lua_pushboolean(L, entry.folder);
    lua_setfield(L, -2, "folder");
}

/* list(path): {{name, path, bytes, crc, folder}, …}, in the zip's order. */
static int zip_list(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1);
    struct held *held = hold(L);
    if (!(held->archive = archive_open(path, NULL, &err)))
        return bind_refuse(L, &err);
    size_t n = archive_count(held->archive);
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        push_entry(L, archive_entry(held->archive, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* read(path, name): the bytes of one entry. */
static int zip_read(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1), *name = luaL_checkstring(L, 2);
    struct held *held = hold(L);
    size_t i = 0, len;
    if (!(held->archive = archive_open(path, NULL, &err)))
        return bind_refuse(L, &err);
    while (i < archive_count(held->archive) && strcmp(archive_entry(held->archive, i).name, name) != 0)
        i++;
    if (i == archive_count(held->archive)) {
        error_set(&err, EC_MISSING, "%s: has no entry '%s'", path, name);
        return bind_refuse(L, &err);
    }
    if (!archive_read(held->archive, i, &held->bytes, &len, &err))
        return bind_refuse(L, &err);
    lua_pushlstring(L, held->bytes, len);
    return 1;
}

/* extract(path, folder): all of it, or no folder. */
static int zip_extract(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1), *folder = bind_path(L, 2);
    struct held *held = hold(L);
    if (!(held->archive = archive_open(path, NULL, &err)) || !archive_extract(held->archive, folder, &err))
        return bind_refuse(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* The name at -2 and the bytes at -1 of the table of create(). */
static struct archive_input input_at_top(lua_State *L)
{
    struct archive_input file;
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
        luaL_argerror(L, 2, "a table of name = bytes, both strings");
    size_t name_len;
    file.name = lua_tolstring(L, -2, &name_len);
    file.bytes = lua_tolstring(L, -1, &file.len);
    if (strlen(file.name) != name_len)
        luaL_argerror(L, 2, "a name cannot have a NUL byte in it");
    return file;
}

/* create(path, {name = bytes}): the same bytes on every machine. */
static int zip_create(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t n = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        input_at_top(L);
        n++;
    }
    struct held *held = hold(L);
    if (!(held->files = calloc(n + 1, sizeof *held->files))) {
        error_set(&err, EC_MEMORY, "%s: out of memory", path);
        return bind_refuse(L, &err);
    }
    n = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1))
        held->files[n++] = input_at_top(L);
    if (!archive_create(path, held->files, n, &err))
        return bind_refuse(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* check_name(name): true when a zip may have it. */
static int zip_check_name(lua_State *L)
{
    struct error err = {0};
    size_t len;
    const char *name = luaL_checklstring(L, 1, &len);
    if (!archive_name_check(name, len, &err))
        return bind_refuse(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

static const luaL_Reg functions[] = {
    {"check_name", zip_check_name},
    {"create", zip_create},
    {"extract", zip_extract},
    {"list", zip_list},
    {"read", zip_read},
    {NULL, NULL},
};
static const luaL_Reg no_methods[] = {
    {NULL, NULL},
};

int luaopen_zip(lua_State *L)
{
    bind_class(L, HELD, no_methods, held_close, false);
    luaL_newlib(L, functions);
    return 1;
}
