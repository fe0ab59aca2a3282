/* file - files and folders, whole; journals. */
#include "../core/file.h"

#include <stdlib.h>

#include "bind.h"

static const char LOG[] = "dispatch.log";

#define READ_MAX (64 * 1024 * 1024) /* bytes that file.read() takes when it is not told */

/* What the binding holds while Lua may raise (no memory): freed by the collector then. */
static const char HELD[] = "dispatch.file.held";
struct held {
    char *bytes;
    char **names;
};

static struct held *hold(lua_State *L)
{
    struct held *held = lua_newuserdatauv(L, sizeof *held, 0);
    held->bytes = NULL;
    held->names = NULL;
    luaL_setmetatable(L, HELD);
    return held;
}

static void let_go(struct held *held)
{
    free(held->bytes);
    file_list_free(held->names);
    held->bytes = NULL;
    held->names = NULL;
}

static int held_close(lua_State *L)
{
    let_go(luaL_checkudata(L, 1, HELD));
    return 0;
}

static int answer(lua_State *L, bool ok, struct error *err)
{
    if (!ok)
        return bind_refuse(L, err);
    lua_pushboolean(L, true);
    return 1;
}

/* stat(path): {type, bytes, modified}. */
static int file_stat_path(lua_State *L)
{
    static const char *const words[] = {"file", "folder", "link", "other"}; /* as enum file_type */
    struct error err = {0};
    struct file_info info;
    if (!file_stat(bind_path(L, 1), &info, &err))
        return bind_refuse(L, &err);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, words[info.type]);
    lua_setfield(L, -2, "type");
    lua_pushinteger(L, (lua_Integer)info.bytes);
    lua_setfield(L, -2, "bytes");
    lua_pushnumber(L, (lua_Number)info.modified_ms / 1000);
    lua_setfield(L, -2, "modified");
    return 1;
}

/* read(path [, max]): the bytes. */
static int file_read_path(lua_State *L)
{
    struct error err = {0};
    size_t len;
    const char *path = bind_path(L, 1);
    lua_Integer max = luaL_optinteger(L, 2, READ_MAX);
    luaL_argcheck(L, max >= 0, 2, "a number of bytes from 0");
    struct held *held = hold(L);
    if (!file_read(path, (size_t)max, &held->bytes, &len, &err))
        return bind_refuse(L, &err);
    lua_pushlstring(L, held->bytes, len);
    let_go(held);
    return 1;
}

/* list(path): the names in a folder, sorted bytewise. */
static int file_list_path(lua_State *L)
{
    struct error err = {0};
    size_t n;
    const char *path = bind_path(L, 1);
    struct held *held = hold(L);
    if (!file_list(path, &held->names, &n, &err))
        return bind_refuse(L, &err);
    lua_createtable(L, n < 1 << 16 ? (int)n : 1 << 16, 0);
    for (size_t i = 0; i < n; i++) {
        lua_pushstring(L, held->names[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    let_go(held);
    return 1;
}

/* real(path): absolute, links resolved. */
static int file_real_path(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1);
    struct held *held = hold(L);
    if (!(held->bytes = file_real(path, &err)))
        return bind_refuse(L, &err);
    lua_pushstring(L, held->bytes);
    let_go(held);
    return 1;
}

static int file_mkdir_path(lua_State *L)
{
    struct error err = {0};
    return answer(L, file_mkdir(bind_path(L, 1), &err), &err);
}

static int file_remove_path(lua_State *L)
{
    struct error err = {0};
    return answer(L, file_remove_tree(bind_path(L, 1), &err), &err);
}

static int file_write_path(lua_State *L)
{
    struct error err = {0};
    size_t len;
    const char *path = bind_path(L, 1);
    const char *bytes = luaL_checklstring(L, 2, &len);
    return answer(L, file_write(path, bytes, len, &err), &err);
}

static int file_rename_path(lua_State *L)
{
    struct error err = {0};
    const char *from = bind_path(L, 1), *to = bind_path(L, 2);
    return answer(L, file_rename(from, to, &err), &err);
}

/* ---- journals ---- */

struct log {
    struct file_log *log; /* NULL: closed */
};

static int file_append_path(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1);
    struct log *log = lua_newuserdatauv(L, sizeof *log, 0);
    log->log = NULL;
    luaL_setmetatable(L, LOG);
    log->log = file_log_open(path, &err);
    return log->log ? 1 : bind_refuse(L, &err);
}

static struct file_log *open_log(lua_State *L)
{
    struct log *log = luaL_checkudata(L, 1, LOG);
    luaL_argcheck(L, log->log, 1, "it is closed already");
    return log->log;
}

static int log_line(lua_State *L)
{
    struct error err = {0};
    size_t len;
    struct file_log *log = open_log(L);
    const char *text = luaL_checklstring(L, 2, &len);
    return answer(L, file_log_line(log, text, len, &err), &err);
}

static int log_sync(lua_State *L)
{
    struct error err = {0};
    return answer(L, file_log_sync(open_log(L), &err), &err);
}

static int log_close(lua_State *L)
{
    struct log *log = luaL_checkudata(L, 1, LOG);
    file_log_close(log->log);
    log->log = NULL;
    return 0;
}

static const luaL_Reg functions[] = {
    {"stat", file_stat_path},     {"read", file_read_path},
    {"list", file_list_path},     {"real", file_real_path},
    {"mkdir", file_mkdir_path},   {"remove_tree", file_remove_path},
    {"write", file_write_path},   {"rename", file_rename_path},
    {"append", file_append_path}, {NULL, NULL},
};
static const luaL_Reg log_methods[] = {
    {"line", log_line},
    {"sync", log_sync},
    {NULL, NULL},
};
static const luaL_Reg no_methods[] = {
    {NULL, NULL},
};

int luaopen_file(lua_State *L)
{
    bind_class(L, LOG, log_methods, log_close, false);
    bind_class(L, HELD, no_methods, held_close, false);
    luaL_newlib(L, functions);
    return 1;
}
