#include "host.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bind/bind.h"
#include "core/clock.h"
#include "core/program.h"
#include "embedded.h"

/* The libraries' own headers name no luaopen_cjson, and lfs.h wants to export. */
int luaopen_cjson(lua_State *L);
int luaopen_lfs(lua_State *L);

enum { PASS = 0, FAILED = 1, USAGE = 64, INTERRUPTED = 130 };

/* Every primitive that a script can require. Opened on first use: -e '' pays for none of them. */
static const luaL_Reg modules[] = {
    {"host", luaopen_host},     {"clock", luaopen_clock},
    {"wait", luaopen_wait},     {"process", luaopen_process},
    {"file", luaopen_file},     {"zip", luaopen_zip},
    {"lock", luaopen_lock},     {"digest", luaopen_digest},
    {"window", luaopen_window}, {"term", luaopen_term},
    {"edit", luaopen_edit},     {"cjson", luaopen_cjson},
    {"lfs", luaopen_lfs},       {NULL, NULL},
};

/* The running state, for the signal handler alone: one program, one state. */
static lua_State *running;

/* Lua instructions that a script may run after Ctrl-C before it is stopped where it stands: about 0.1 s. Whoever waits
 * hears EINTR at once and ends in an orderly way; this is for loops that never wait. */
#define GRACE 10000000
/* Who catches the error so many times and goes on without taking the request (wait.resume()) is stopped at every
 * instruction: then it is raised outside of what catches it, too. */
enum { PATIENCE = 3 };

static void stop_script(lua_State *L, lua_Debug *ar)
{
    static int times; /* that this request stopped something */
    (void)ar;
    if (!cancel_pending()) {
        times = 0;
        lua_sethook(L, NULL, 0, 0);
        return;
    }
    if (times < PATIENCE && ++times == PATIENCE)
        lua_sethook(L, stop_script, LUA_MASKCOUNT, 1);
    lua_pushliteral(L, "interrupted"); /* without a place: luaL_error() would name the caller of what is stopped */
    lua_error(L);
}

static void on_signal(void)
{
    lua_sethook(running, stop_script, LUA_MASKCOUNT, GRACE); /* safe in a handler: lua.c does the same */
}

static int traceback(lua_State *L)
{
    const char *message = lua_tostring(L, 1);
    if (message)
        luaL_traceback(L, L, message, 1);
    else
        luaL_tolstring(L, 1, NULL);
    return 1;
}

/* package.searchers: dispatch.* comes from the binary, whatever lies in the flow's folder. */
static int search_embedded(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const char *path = lua_pushfstring(L, "%s.lua", luaL_gsub(L, name, ".", "/"));
    const struct embedded *file = embedded_find(path);
    if (!file || strncmp(name, "dispatch.", 9) != 0) {
        lua_pushfstring(L, "no file '%s' inside dispatch", path);
        return 1;
    }
    const char *chunk = lua_pushfstring(L, "@lua/%s", path);
    int status = file->code ? luaL_loadbufferx(L, file->code, file->code_len, chunk, "b")
                            : luaL_loadbufferx(L, file->source, file->len, chunk, "t");
    if (status != LUA_OK)
        return lua_error(L);
    lua_pushstring(L, path);
    return 2;
}

static void open_modules(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    luaL_setfuncs(L, modules, 0);
    lua_getglobal(L, LUA_LOADLIBNAME);
    lua_getfield(L, -1, "searchers");
    lua_rawgeti(L, -1, 2); /* the files of the flow's folder: behind ours, in place of the shared objects */
    lua_rawseti(L, -2, 3);
    lua_pushcfunction(L, search_embedded);
    lua_rawseti(L, -2, 2);
    lua_pushnil(L);
    lua_rawseti(L, -2, 4);
    lua_pushstring(L, "./?.lua;./?/init.lua");
    lua_setfield(L, -3, "path");
    lua_pushstring(L, ""); /* one program, no shared objects */
    lua_setfield(L, -3, "cpath");
    lua_pop(L, 3);
}

/* arg as lua(1) has it: arg[0] the script, positive the script's own, negative what came before. */
static void set_arg(lua_State *L, int argc, char **argv, int script)
{
    lua_createtable(L, argc, script + 1);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i - script);
    }
    lua_setglobal(L, "arg");
}

/* dispatch -e CODE, dispatch - : no Lua of ours is loaded. */
static int run_text(lua_State *L, int argc, char **argv)
{
    bool code = strcmp(argv[1], "-e") == 0;
    if (code && argc < 3) {
        fputs("dispatch: -e needs the code to run: dispatch -e \"print(clock.now())\"\n", stderr);
        return USAGE;
    }
    bind_modules_as_globals(L);
    set_arg(L, argc, argv, code ? 2 : 1);
    int status = code ? luaL_loadbuffer(L, argv[2], strlen(argv[2]), "=(-e)") : luaL_loadfile(L, NULL);
    if (status != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 0);
    return PASS;
}

/* Everything else is looked up and run by lua/dispatch/launch.lua, which answers the exit status. */
static int run_named(lua_State *L, int argc, char **argv)
{
    set_arg(L, argc, argv, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, "dispatch.launch");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "main");
    lua_createtable(L, argc, 0);
    for (int i = 1; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i);
    }
    lua_call(L, 1, 1);
    return (int)luaL_checkinteger(L, -1);
}

static int start(lua_State *L)
{
    int argc = (int)lua_tointeger(L, 1);
    char **argv = lua_touserdata(L, 2);
    luaL_openlibs(L);
    open_modules(L);
    bool text = argc > 1 && (strcmp(argv[1], "-e") == 0 || strcmp(argv[1], "-") == 0);
    lua_pushinteger(L, text ? run_text(L, argc, argv) : run_named(L, argc, argv));
    return 1;
}

int host_run(int argc, char **argv)
{
    program_start();
    lua_State *L = luaL_newstate();
    if (!L) {
        fputs("dispatch: out of memory\n", stderr);
        return FAILED;
    }
    running = L;
    cancel_install();
    cancel_on_script(on_signal);
    lua_pushcfunction(L, traceback);
    lua_pushcfunction(L, start);
    lua_pushinteger(L, argc);
    lua_pushlightuserdata(L, argv);
    int status = FAILED;
    if (lua_pcall(L, 2, 1, 1) == LUA_OK)
        status = (int)lua_tointeger(L, -1);
    else if (!cancel_pending())
        fprintf(stderr, "dispatch: %s\n", lua_tostring(L, -1));
    if (cancel_pending()) {
        fputs("dispatch: interrupted\n", stderr);
        status = INTERRUPTED;
    }
    cancel_on_script(NULL);
    lua_close(L);
    return status;
}
