/* wait - sets of things to wait for, files as such things, pauses, and Ctrl-C. */
#include "../core/wait.h"

#include <string.h>

#include "../core/clock.h"
#include "bind.h"

static const char SET[] = "dispatch.wait.set", FILE_CLASS[] = "dispatch.wait.file";

/* User values: MEMBERS[userdata] = its source, MEMBERS[source] = the userdata (sources as light userdata; this keeps
 * what is waited for alive); OWNERS[userdata] = owner. */
enum { MEMBERS = 1, OWNERS = 2 };

struct box {
    struct wait_set *set; /* NULL: closed */
};

struct file {
    struct bind_handle handle; /* first */
    struct wait_file *file;
};

static struct box *new_set(lua_State *L)
{
    struct error err = {0};
    struct box *box = lua_newuserdatauv(L, sizeof *box, 2);
    box->set = NULL;
    luaL_setmetatable(L, SET);
    for (int value = MEMBERS; value <= OWNERS; value++) {
        lua_newtable(L);
        lua_setiuservalue(L, -2, value);
    }
    box->set = wait_set_new(&err);
    if (!box->set) {
        error_clear(&err);
        luaL_error(L, "out of memory");
    }
    return box;
}

static struct box *set_at(lua_State *L, int arg)
{
    struct box *box = luaL_checkudata(L, arg, SET);
    luaL_argcheck(L, box->set, arg, "it is closed already");
    return box;
}

/* set(): an empty set. */
static int l_set(lua_State *L)
{
    new_set(L);
    return 1;
}

/* Puts what stands at `what` into the set at `at`, with the owner on top of the stack, which is popped. The tables come
 * first: where memory ends there, nothing is in the set that Lua does not know of. */
static void enter(lua_State *L, int at, int what, struct error *err)
{
    struct box *box = lua_touserdata(L, at);
    struct bind_handle *handle = lua_touserdata(L, what);
    lua_getiuservalue(L, at, MEMBERS);
    lua_pushlightuserdata(L, handle->source);
    lua_pushvalue(L, what);
    lua_rawset(L, -3);
    lua_pushvalue(L, what);
    lua_pushlightuserdata(L, handle->source);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    lua_getiuservalue(L, at, OWNERS);
    lua_pushvalue(L, what);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 2);
    wait_set_add(box->set, handle->source, err);
}

/* set:add(source [, owner]) */
static int l_add(lua_State *L)
{
    struct error err = {0};
    set_at(L, 1);
    struct bind_handle *handle = bind_handle_at(L, 2);
    luaL_argcheck(L, !wait_set_of(handle->source), 2, "it is in a set already; remove it from there first");
    lua_settop(L, 3);
    enter(L, 1, 2, &err);
    if (err.code) {
        error_clear(&err);
        return luaL_error(L, "out of memory");
    }
    lua_pushboolean(L, true);
    return 1;
}

/* set:remove(source): also one that was closed, or is not in it. */
static int l_remove(lua_State *L)
{
    struct box *box = set_at(L, 1);
    struct bind_handle *handle = bind_test_handle(L, 2);
    luaL_argcheck(L, handle, 2, "something to wait for expected: a file, a child, a window list, a timer");
    if (handle->source && wait_set_of(handle->source) == box->set)
        wait_remove(handle->source);
    lua_getiuservalue(L, 1, MEMBERS);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TLIGHTUSERDATA) { /* its source; the address may be another one's by now */
        lua_pushvalue(L, -1);
        lua_rawget(L, -3);
        if (lua_rawequal(L, -1, 2)) {
            lua_pushvalue(L, -2);
            lua_pushnil(L);
            lua_rawset(L, -5);
        }
        lua_pop(L, 2);
        lua_pushvalue(L, 2);
        lua_pushnil(L);
        lua_rawset(L, -3);
        lua_getiuservalue(L, 1, OWNERS);
        lua_pushvalue(L, 2);
        lua_pushnil(L);
        lua_rawset(L, -3);
    }
    lua_pushboolean(L, true);
    return 1;
}

static int refuse(lua_State *L, enum wait_result result, struct error *err)
{
    if (result != WAIT_BROKEN)
        wait_refuse(result, err, "nothing happened");
    return bind_refuse(L, err);
}

/* The userdata of a source in the set at `at`. */
static void push_member(lua_State *L, int at, struct wait_source *source)
{
    lua_getiuservalue(L, at, MEMBERS);
    lua_pushlightuserdata(L, source);
    lua_rawget(L, -2);
    lua_remove(L, -2);
}

/* owner, source */
static int waited(lua_State *L, enum wait_result (*wait)(struct wait_set *set, int64_t until,
                                                         struct wait_source **ready, struct error *err))
{
    struct error err = {0};
    struct wait_source *ready;
    struct box *box = set_at(L, 1);
    enum wait_result result = wait(box->set, bind_deadline(L, 2), &ready, &err);
    if (result != WAIT_READY)
        return refuse(L, result, &err);
    lua_getiuservalue(L, 1, OWNERS);
    push_member(L, 1, ready);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
    }
    lua_insert(L, -2);
    return 2;
}

static int l_next(lua_State *L)
{
    return waited(L, wait_set_next);
}

/* pause(deadline): as next() */
static int l_pause(lua_State *L)
{
    return waited(L, wait_set_pause);
}

static int set_close(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, SET);
    wait_set_free(box->set);
    box->set = NULL;
    return 0;
}

/* Every element of the list at 1 must be fit to be waited for, before the first one enters a set. */
static lua_Integer check_list(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer n = luaL_len(L, 1);
    for (lua_Integer i = 1; i <= n; i++, lua_pop(L, 1)) {
        lua_geti(L, 1, i);
        struct bind_handle *handle = bind_test_handle(L, -1);
        const char *fault = !handle                       ? "is nothing to wait for"
                            : !handle->source             ? "is closed already"
                            : wait_set_of(handle->source) ? "is in a set already"
                                                          : NULL;
        if (fault)
            luaL_argerror(L, 1, lua_pushfstring(L, "element %I %s", i, fault));
    }
    return n;
}

/* any({source…}, deadline): the ready source */
static int l_any(lua_State *L)
{
    struct error err = {0};
    struct wait_source *ready;
    lua_Integer n = check_list(L);
    int64_t until = bind_deadline(L, 2);
    lua_settop(L, 2);
    struct box *box = new_set(L);
    for (lua_Integer i = 1; i <= n; i++, lua_pop(L, 1)) {
        lua_geti(L, 1, i);
        lua_pushnil(L);
        enter(L, 3, 4, &err);
        bool starved = err.code && strcmp(err.code, EC_MEMORY) == 0;
        error_clear(&err); /* the other one: it stands in the list twice */
        if (starved)
            return luaL_error(L, "out of memory");
    }
    enum wait_result result = wait_set_next(box->set, until, &ready, &err);
    wait_set_free(box->set);
    box->set = NULL;
    if (result != WAIT_READY)
        return refuse(L, result, &err);
    push_member(L, 3, ready);
    return 1;
}

/* sleep(deadline): true */
static int l_sleep(lua_State *L)
{
    struct error err = {0};
    enum wait_result result = wait_for(NULL, bind_deadline(L, 1), &err);
    if (result != WAIT_EXPIRED)
        return refuse(L, result, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* file(path): ready when the file appeared, changed or went since it was last ready */
static int l_file(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1);
    struct file *file = lua_newuserdatauv(L, sizeof *file, 0);
    *file = (struct file){0};
    luaL_setmetatable(L, FILE_CLASS);
    file->file = wait_file_open(path, &err);
    if (!file->file)
        return bind_refuse(L, &err);
    file->handle.source = wait_file_source(file->file);
    return 1;
}

static int file_close(lua_State *L)
{
    struct file *file = luaL_checkudata(L, 1, FILE_CLASS);
    wait_file_close(file->file);
    *file = (struct file){0};
    return 0;
}

static int push_signal(lua_State *L, int number)
{
    switch (number) {
    case 0: lua_pushnil(L); break;
    case CANCEL_INTERRUPT: lua_pushliteral(L, "SIGINT"); break;
    case CANCEL_TERMINATE: lua_pushliteral(L, "SIGTERM"); break;
    case CANCEL_HANGUP: lua_pushliteral(L, "SIGHUP"); break;
    default: lua_pushfstring(L, "signal %d", number);
    }
    return 1;
}

/* interrupted(): which signal asked us to stop and was not taken yet */
static int l_interrupted(lua_State *L)
{
    return push_signal(L, cancel_pending());
}

/* resume(): takes it: waits wait again */
static int l_resume(lua_State *L)
{
    return push_signal(L, cancel_take());
}

/* forget(): as resume(), and no request is remembered: the next one is a first one. */
static int l_forget(lua_State *L)
{
    int number = cancel_pending();
    cancel_forget();
    return push_signal(L, number);
}

/* attempt(f, handler): signal or nil, and what xpcall() answers. Takes the request before another instruction of Lua
 * runs, since each may be stopped for it. */
static int l_attempt(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_insert(L, 1);
    bool fine = lua_pcall(L, 0, LUA_MULTRET, 1) == LUA_OK;
    int number = cancel_pending();
    cancel_forget();
    push_signal(L, number);
    lua_replace(L, 1);
    lua_pushboolean(L, fine);
    lua_insert(L, 2);
    return lua_gettop(L);
}

static const luaL_Reg functions[] = {
    {"set", l_set},
    {"any", l_any},
    {"file", l_file},
    {"sleep", l_sleep},
    {"interrupted", l_interrupted},
    {"resume", l_resume},
    {"forget", l_forget},
    {"attempt", l_attempt},
    {NULL, NULL},
};
static const luaL_Reg set_methods[] = {
    {"add", l_add}, {"remove", l_remove}, {"next", l_next}, {"pause", l_pause}, {NULL, NULL},
};
static const luaL_Reg file_methods[] = {
    {NULL, NULL},
};

int luaopen_wait(lua_State *L)
{
    bind_class(L, SET, set_methods, set_close, false);
    bind_class(L, FILE_CLASS, file_methods, file_close, true);
    luaL_newlib(L, functions);
    return 1;
}
