/* window.c - the module `window`: which desktops there are, and how one is opened. Its methods: desktop.c. */
#include "desktop.h"

#include "../core/fake/fake.h"
#include "../core/sample.h"
#include "bind.h"
#include "window_rules.h"

static const struct window_backend *backend_at(lua_State *L, int arg, struct error *err)
{
    const char *name = luaL_checkstring(L, arg);
    const struct window_backend *backend = window_backend_named(name);
    if (!backend)
        error_set(err, EC_UNSUPPORTED, "%s: this dispatch was built without it; window.backends() tells what it has",
                  name);
    return backend;
}

static int l_backends(lua_State *L)
{
    lua_newtable(L);
    for (lua_Integer i = 0; window_backends[i]; i++) {
        lua_pushstring(L, window_backends[i]->name);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int l_probe(lua_State *L)
{
    struct error err = {0};
    const char *where = luaL_optstring(L, 2, NULL);
    const struct window_backend *backend = backend_at(L, 1, &err);
    if (!backend || !backend->probe(where, &err))
        return bind_refuse(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

static int l_open(lua_State *L)
{
    struct error err = {0};
    const char *where = luaL_optstring(L, 2, NULL);
    const struct window_backend *backend = backend_at(L, 1, &err);
    if (!backend)
        return bind_refuse(L, &err);
    struct bind_desktop *box = bind_desktop_new(L);
    return bind_desktop_fill(L, box, backend->open(where, &err), &err);
}

static int l_fake(lua_State *L)
{
    struct error err = {0};
    size_t n;
    const struct fake_rule *rules = window_rules_at(L, 1, &n);
    struct bind_desktop *box = bind_desktop_new(L);
    return bind_desktop_fill(L, box, fake_open(rules, n, &err), &err);
}

static int l_has_token(lua_State *L)
{
    const char *title = luaL_checkstring(L, 1), *token = luaL_checkstring(L, 2);
    lua_pushboolean(L, window_has_token(title, token));
    return 1;
}

struct sample {
    lua_State *L;
    bool failed;
};

/* Calls the function at 3 with the text; what it answers, or why it failed, stands at 4. */
static const char *on_submit(void *owner, const char *text)
{
    struct sample *sample = owner;
    lua_State *L = sample->L;
    lua_settop(L, 3);
    lua_pushvalue(L, 3);
    lua_pushstring(L, text);
    sample->failed = lua_pcall(L, 1, 1, 0) != LUA_OK;
    if (!sample->failed && lua_isstring(L, 4))
        return lua_tostring(L, 4);
    if (!sample->failed)
        lua_pushliteral(L, "sample: the function must answer the new line");
    sample->failed = true;
    return NULL;
}

static int pixels(lua_State *L, const char *key)
{
    lua_getfield(L, 4, key);
    lua_Integer n = luaL_checkinteger(L, -1);
    luaL_argcheck(L, n >= INT16_MIN && n <= INT16_MAX, 4, key);
    lua_pop(L, 1);
    return (int)n;
}

/* sample(title, line, submitted, {x, y, width, height}): true when it was closed */
static int l_sample(lua_State *L)
{
    struct error err = {0};
    struct sample sample = {.L = L};
    const char *title = luaL_checkstring(L, 1), *line = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    luaL_checktype(L, 4, LUA_TTABLE);
    const struct sample_place at = {pixels(L, "x"), pixels(L, "y"), pixels(L, "width"), pixels(L, "height")};
    lua_settop(L, 3);
    if (!sample_window(&at, title, line, on_submit, &sample, &err))
        return bind_refuse(L, &err);
    if (sample.failed)
        return lua_error(L);
    lua_pushboolean(L, true);
    return 1;
}

static const luaL_Reg functions[] = {
    {"backends", l_backends}, {"fake", l_fake}, {"has_token", l_has_token}, {"open", l_open}, {"probe", l_probe},
    {"sample", l_sample},     {NULL, NULL},
};

int luaopen_window(lua_State *L)
{
    bind_desktop_classes(L);
    luaL_newlib(L, functions);
    return 1;
}
