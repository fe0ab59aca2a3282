/* host - the program itself: its version, its own path, and the Lua files inside it. */
#include "bind.h"

#include "../core/program.h"
#include "../embedded.h"

/* source(name): the text of lua/NAME inside the program, or nil. */
static int host_source(lua_State *L)
{
    const struct embedded *file = embedded_find(luaL_checkstring(L, 1));
    if (!file)
        return 0;
    lua_pushlstring(L, file->source, file->len);
    return 1;
}

/* names(): every file inside the program, sorted: "commands/check.lua", … */
static int host_names(lua_State *L)
{
    lua_createtable(L, (int)embedded_count, 0);
    for (size_t i = 0; i < embedded_count; i++) {
        lua_pushstring(L, embedded_files[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* executable(): absolute path of the running program. */
static int host_executable(lua_State *L)
{
    struct error err = {0};
    char *path = program_path(&err);
    if (!path)
        return bind_refuse(L, &err);
    bind_push_taken(L, path);
    return 1;
}

/* machine(): {host, os, pid}: for the report's head. */
static int host_machine(lua_State *L)
{
    lua_createtable(L, 0, 3);
    bind_push_taken(L, program_host());
    lua_setfield(L, -2, "host");
    bind_push_taken(L, program_os());
    lua_setfield(L, -2, "os");
    lua_pushinteger(L, program_pid());
    lua_setfield(L, -2, "pid");
    return 1;
}

/* _G.__index: the name of a module is the module. */
static int touch_global(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    if (!name || lua_getfield(L, -1, name) == LUA_TNIL)
        return 0;
    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_setglobal(L, name);
    return 1;
}

void bind_modules_as_globals(lua_State *L)
{
    lua_pushglobaltable(L);
    lua_newtable(L);
    lua_pushcfunction(L, touch_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

static const luaL_Reg functions[] = {
    {"source", host_source},   {"names", host_names}, {"executable", host_executable},
    {"machine", host_machine}, {NULL, NULL},
};

int luaopen_host(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_pushstring(L, embedded_version);
    lua_setfield(L, -2, "version");
    return 1;
}
