/* window.c - the module `window`: which desktops there are, and how one is opened. Its methods: desktop.c. */
#include "desktop.h"

#include "../core/fake/fake.h"
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

static const luaL_Reg functions[] = {
    {"backends", l_backends}, {"fake", l_fake},   {"has_token", l_has_token},
    {"open", l_open},         {"probe", l_probe}, {NULL, NULL},
};

int luaopen_window(lua_State *L)
{
    bind_desktop_classes(L);
    luaL_newlib(L, functions);
    return 1;
}
