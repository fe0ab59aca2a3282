/* process - children: argv arrays in, status and bytes out. */
#include "../core/process.h"

#include <stdlib.h>
#include <string.h>

#include "../core/clock.h"
#include "../core/wait.h"
#include "bind.h"

static const char CHILD[] = "dispatch.child", INPUT[] = "dispatch.child.input";

struct child {
    struct bind_handle handle;        /* first */
    struct process *process;          /* NULL: closed */
    bool keeps_out, keeps_err, talks; /* talks: out is lines */
};

/* {NAME = VALUE} at field env as "NAME=VALUE" strings. */
static const char **environment(lua_State *L, int arg)
{
    if (lua_getfield(L, arg, "env") == LUA_TNIL)
        return NULL;
    if (!lua_istable(L, -1))
        luaL_argerror(L, arg, "field 'env' must be a table: NAME = \"value\"");
    int from = lua_gettop(L);
    lua_newtable(L);
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) {
        bool name_ok = lua_type(L, -2) == LUA_TSTRING && *lua_tostring(L, -2) && !strchr(lua_tostring(L, -2), '=');
        if (!name_ok || lua_type(L, -1) != LUA_TSTRING)
            luaL_argerror(L, arg, "field 'env' must hold NAME = \"value\", both strings");
        lua_pushfstring(L, "%s=", lua_tostring(L, -2));
        lua_pushvalue(L, -2);
        lua_concat(L, 2);
        lua_rawseti(L, from + 1, ++n);
    }
    return bind_strings(L, arg, from + 1, "env");
}

/* "capture", "inherit", "null", "lines", or the path of a file. */
static enum process_stream stream(lua_State *L, int arg, const char *key, enum process_stream otherwise,
                                  const char **path)
{
    const char *word = bind_string_field(L, arg, key);
    *path = NULL;
    if (!word)
        return otherwise;
    if (strcmp(word, "capture") == 0)
        return PROCESS_CAPTURE;
    if (strcmp(word, "inherit") == 0)
        return PROCESS_INHERIT;
    if (strcmp(word, "null") == 0)
        return PROCESS_NULL;
    if (strcmp(word, "lines") == 0)
        return PROCESS_PIPE;
    luaL_argcheck(L, *word, arg, lua_pushfstring(L, "field '%s' must be capture, inherit, null, lines or a path", key));
    *path = word;
    return PROCESS_FILE;
}

static size_t capture_max(lua_State *L, int arg)
{
    lua_Integer max = 0;
    if (lua_getfield(L, arg, "capture_max") != LUA_TNIL) {
        int is_integer;
        max = lua_tointegerx(L, -1, &is_integer);
        luaL_argcheck(L, is_integer && max > 0, arg, "field 'capture_max' must be a number of bytes, from 1");
    }
    lua_pop(L, 1);
    return (size_t)max;
}

/* argv at 1 and the options at 2, which is a table then. What the spec points to stands on the stack and in the
 * arguments. */
static struct process_spec spec_at(lua_State *L, enum process_stream otherwise)
{
    struct process_spec spec = {0};
    luaL_checktype(L, 1, LUA_TTABLE);
    spec.argv = bind_strings(L, 1, 1, "argv");
    luaL_argcheck(L, spec.argv[0] && *spec.argv[0], 1, "argv[1] must name a program");
    spec.env_set = environment(L, 2);
    if (lua_getfield(L, 2, "unset") != LUA_TNIL) {
        luaL_argcheck(L, lua_istable(L, -1), 2, "field 'unset' must be a list of names");
        spec.env_unset = bind_strings(L, 2, lua_gettop(L), "unset");
    }
    spec.cwd = bind_string_field(L, 2, "cwd");
    spec.input = bind_string_field(L, 2, "input");
    if (spec.input) {
        lua_getfield(L, 2, "input");
        spec.input_len = lua_rawlen(L, -1);
        lua_pop(L, 1);
    }
    spec.out = stream(L, 2, "out", otherwise, &spec.out_path);
    spec.err = stream(L, 2, "err", otherwise, &spec.err_path);
    spec.capture_max = capture_max(L, 2);
    spec.console = bind_string_field(L, 2, "console");
    spec.outlives_us = bind_flag_field(L, 2, "outlives");
    luaL_argcheck(L, spec.out == PROCESS_PIPE || spec.err != PROCESS_PIPE, 2, "'err' may be lines where 'out' is");
    return spec;
}

static struct child *new_child(lua_State *L, const struct process_spec *spec)
{
    struct child *child = lua_newuserdatauv(L, sizeof *child, 1);
    *child = (struct child){.keeps_out = spec->out == PROCESS_CAPTURE,
                            .keeps_err = spec->err == PROCESS_CAPTURE,
                            .talks = spec->out == PROCESS_PIPE};
    luaL_setmetatable(L, CHILD);
    return child;
}

/* spawn(argv [, {cwd, env, unset, input, out, err, capture_max, console, outlives}]): child */
static int l_spawn(lua_State *L)
{
    static const char *const known[] = {"cwd", "env",         "unset",   "input",    "out",
                                        "err", "capture_max", "console", "outlives", NULL};
    struct error err = {0};
    lua_settop(L, 2);
    bind_known_keys(L, 2, known);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    struct process_spec spec = spec_at(L, PROCESS_NULL);
    struct child *child = new_child(L, &spec);
    child->process = process_spawn(&spec, &err);
    if (!child->process)
        return bind_refuse(L, &err);
    child->handle.source = process_source(child->process);
    return 1;
}

/* Into the table on top: what a status says of a child that ended. */
static void set_result(lua_State *L, const struct child *child, const struct process_status *s)
{
    if (s->exited && s->signal == 0) {
        lua_pushinteger(L, s->exit_status);
        lua_setfield(L, -2, "exit");
    } else if (s->exited) {
        lua_pushinteger(L, s->signal);
        lua_setfield(L, -2, "signal");
    }
    if (child->keeps_out) {
        lua_pushlstring(L, s->out, s->out_len);
        lua_setfield(L, -2, "out");
        lua_pushinteger(L, (lua_Integer)s->out_dropped);
        lua_setfield(L, -2, "out_dropped");
    }
    if (child->keeps_err) {
        lua_pushlstring(L, s->err, s->err_len);
        lua_setfield(L, -2, "err");
        lua_pushinteger(L, (lua_Integer)s->err_dropped);
        lua_setfield(L, -2, "err_dropped");
    }
    lua_pushboolean(L, s->input_taken);
    lua_setfield(L, -2, "input_taken");
    int64_t end = s->exited ? s->ended : clock_now();
    lua_pushnumber(L, (lua_Number)(end - s->started) / (lua_Number)CLOCK_SECOND);
    lua_setfield(L, -2, "seconds");
}

static void close_child(lua_State *L, struct child *child, int index)
{
    if (lua_getiuservalue(L, index, 1) == LUA_TUSERDATA)
        ((struct bind_handle *)lua_touserdata(L, -1))->source = NULL;
    lua_pop(L, 1);
    process_close(child->process);
    child->process = NULL;
    child->handle.source = NULL;
}

#define LAST_WORDS 200 /* bytes of the last line of stderr that a message carries */

/* "MESSAGE; its last words: LINE" where something was said. */
static void add_last_words(struct error *err, const char *text, size_t len)
{
    while (len && strchr("\r\n\t ", text[len - 1]))
        len--;
    size_t start = len;
    while (start && text[start - 1] != '\n')
        start--;
    size_t n = len - start < LAST_WORDS ? len - start : LAST_WORDS;
    if (n)
        error_set(err, err->code, "%s; its last words: %.*s", err->message ? err->message : "", (int)n, text + start);
}

/* run(argv, {deadline, cwd, env, unset, input, out, err, capture_max, outlives}): {exit, signal, out, err, seconds …}
 */
static int l_run(lua_State *L)
{
    static const char *const known[] = {"deadline", "cwd", "env",         "unset",    "input",
                                        "out",      "err", "capture_max", "outlives", NULL};
    struct error err = {0};
    lua_settop(L, 2);
    int64_t until = bind_deadline_field(L, 2);
    bind_known_keys(L, 2, known);
    struct process_spec spec = spec_at(L, PROCESS_CAPTURE);
    luaL_argcheck(L, spec.out != PROCESS_PIPE, 2, "who talks in lines is started by spawn");
    struct child *child = new_child(L, &spec);
    int index = lua_gettop(L);
    bool ok = process_run(&spec, until, &child->process, &err);
    if (!child->process)
        return bind_refuse(L, &err);
    struct process_status status = process_status(child->process);
    if (!ok) {
        add_last_words(&err, status.err, status.err_len);
        close_child(L, child, index);
        return bind_refuse(L, &err);
    }
    lua_createtable(L, 0, 8);
    set_result(L, child, &status);
    close_child(L, child, index);
    return 1;
}

static struct child *child_at(lua_State *L)
{
    struct child *child = luaL_checkudata(L, 1, CHILD);
    luaL_argcheck(L, child->process, 1, "it is closed already");
    return child;
}

/* child:status(): {exited, exit, signal, out, err, out_dropped, err_dropped, input_taken, seconds} */
static int l_status(lua_State *L)
{
    struct child *child = child_at(L);
    struct process_status status = process_status(child->process);
    lua_createtable(L, 0, 9);
    lua_pushboolean(L, status.exited);
    lua_setfield(L, -2, "exited");
    set_result(L, child, &status);
    return 1;
}

/* child:pid() */
static int l_pid(lua_State *L)
{
    lua_pushinteger(L, process_pid(child_at(L)->process));
    return 1;
}

/* child:input_source(): ready when its input was read to the end, or never will be. One a child. */
static int l_input_source(lua_State *L)
{
    struct child *child = child_at(L);
    if (lua_getiuservalue(L, 1, 1) == LUA_TUSERDATA)
        return 1;
    struct bind_handle *handle = lua_newuserdatauv(L, sizeof *handle, 1);
    handle->source = NULL;
    luaL_setmetatable(L, INPUT);
    lua_pushvalue(L, 1); /* the child lives while somebody waits for this */
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 1);
    handle->source = process_input_source(child->process);
    return 1;
}

/* Of the input: it is the child's, so closing it only takes it out of its set. */
static int leave(lua_State *L)
{
    struct bind_handle *handle = luaL_checkudata(L, 1, INPUT);
    if (handle->source)
        wait_remove(handle->source);
    return 0;
}

static struct child *talker_at(lua_State *L)
{
    struct child *child = child_at(L);
    luaL_argcheck(L, child->talks, 1, "it was not spawned with out = \"lines\"");
    return child;
}

/* child:write(text, deadline): true */
static int l_write(lua_State *L)
{
    struct error err = {0};
    size_t len;
    const char *text = luaL_checklstring(L, 2, &len);
    if (!process_write(talker_at(L)->process, text, len, bind_deadline(L, 3), &err))
        return bind_refuse(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* child:line(deadline): the next line, without its end */
static int l_line(lua_State *L)
{
    struct error err = {0};
    const char *line;
    size_t len;
    if (!process_line(talker_at(L)->process, &line, &len, bind_deadline(L, 2), &err))
        return bind_refuse(L, &err);
    lua_pushlstring(L, line, len);
    return 1;
}

/* child:kill(deadline): asks the tree to stop, makes it stop at the deadline. true */
static int l_kill(lua_State *L)
{
    struct error err = {0};
    if (!process_kill(child_at(L)->process, bind_deadline(L, 2), &err))
        return bind_refuse(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

static int l_close(lua_State *L)
{
    close_child(L, luaL_checkudata(L, 1, CHILD), 1);
    return 0;
}

/* which(name): path */
static int l_which(lua_State *L)
{
    struct error err = {0};
    char *path = process_which(bind_path(L, 1), &err);
    if (!path)
        return bind_refuse(L, &err);
    lua_pushstring(L, path);
    free(path);
    return 1;
}

static const luaL_Reg functions[] = {
    {"run", l_run},
    {"spawn", l_spawn},
    {"which", l_which},
    {NULL, NULL},
};
static const luaL_Reg methods[] = {
    {"status", l_status}, {"pid", l_pid}, {"input_source", l_input_source}, {"write", l_write}, {"line", l_line},
    {"kill", l_kill},     {NULL, NULL},
};
static const luaL_Reg input_methods[] = {
    {NULL, NULL},
};

int luaopen_process(lua_State *L)
{
    bind_class(L, CHILD, methods, l_close, true);
    bind_class(L, INPUT, input_methods, leave, true);
    luaL_newlib(L, functions);
    return 1;
}
