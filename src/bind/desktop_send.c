/* desktop_send.c - desktop:paste() and desktop:key(), by the desktop's hands or a script's. */
#include "bind.h"
#include "desktop.h"

struct lua_press {
    struct window_press press; /* first */
    lua_State *L;
    int function; /* its place on the stack; above it the chord */
    bool raised;  /* what it raised lies on top of the stack */
};

/* Runs under a back end, which must not be left by a raise: nothing here asks for memory outside of pcall. */
static bool press_now(struct window_press *press, struct error *err)
{
    struct lua_press *p = (struct lua_press *)press;
    lua_State *L = p->L;
    lua_pushvalue(L, p->function);
    lua_pushvalue(L, p->function + 1);
    p->raised = lua_pcall(L, 1, 1, 0) != LUA_OK;
    if (p->raised)
        return error_set(err, EC_IO, "the function press raised an error");
    bool pressed = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return pressed || error_set(err, EC_REFUSED, "%s was not pressed", press->keys ? press->keys : "the chord");
}

/* For the function on top of the stack. keys lives as long as its string on the stack. */
static struct lua_press press_of(lua_State *L, struct bind_desktop *box, const char *keys)
{
    struct lua_press press = {{keys, press_now}, L, lua_gettop(L), false};
    luaL_checkstack(L, 4, NULL);
    lua_pushstring(L, keys);
    box->pressing = true;
    return press;
}

static bool pressed(struct lua_press *press, struct bind_desktop *box, bool ok, struct error *err)
{
    box->pressing = false;
    if (press->raised) {
        error_clear(err);
        lua_error(press->L);
    }
    return ok;
}

static bool paste_by(lua_State *L, struct bind_desktop *box, const struct window_pin *pin, const char *keys,
                     int64_t until, enum window_taken *taken, struct error *err)
{
    size_t len;
    const char *text = lua_tolstring(L, 3, &len);
    *taken = TAKEN_NOT;
    if (!box->backend->paste_by)
        return error_set(err, EC_UNSUPPORTED, "on %s nobody else can press the keys of a paste", box->backend->name);
    struct lua_press press = press_of(L, box, keys);
    bool ok = box->backend->paste_by(box->desktop, pin, text, len, &press.press, until, taken, err);
    return pressed(&press, box, ok, err);
}

static bool key_by(lua_State *L, struct bind_desktop *box, const struct window_pin *pin, const char *chord,
                   int64_t until, enum window_taken *taken, struct error *err)
{
    const struct window_backend *backend = box->backend;
    struct lua_press press = press_of(L, box, chord);
    *taken = TAKEN_NOT;
    bool ok = backend->key_by ? backend->key_by(box->desktop, pin, &press.press, until, taken, err)
                              : backend->check(box->desktop, pin, err) && press_now(&press.press, err);
    if (ok && !backend->key_by)
        *taken = TAKEN_UNKNOWN;
    return pressed(&press, box, ok, err);
}

/* Is there a function `press` in the options at arg? Then it is on top of the stack. */
static bool has_press(lua_State *L, int arg)
{
    bool has = lua_getfield(L, arg, "press") != LUA_TNIL;
    luaL_argcheck(L, !has || lua_isfunction(L, -1), arg, "field 'press' must be a function");
    return has;
}

int bind_paste(lua_State *L)
{
    static const char *const known[] = {"deadline", "keys", "press", NULL};
    struct bind_desktop *box = bind_desktop_at(L, 1);
    bind_desktop_idle(L, box, "paste");
    struct window_pin pin = bind_pin_at(L, 2);
    size_t len;
    const char *text = luaL_checklstring(L, 3, &len);
    int64_t until = bind_options_at(L, 4, known);
    const char *keys = bind_string_field(L, 4, "keys");
    enum window_taken taken = TAKEN_UNKNOWN;
    struct error err = {0};
    keys = keys ? keys : box->backend->paste_keys;
    bool ok = has_press(L, 4) ? paste_by(L, box, &pin, keys, until, &taken, &err)
                              : box->backend->paste(box->desktop, &pin, text, len, keys, until, &taken, &err);
    lua_pushstring(L, bind_taken(taken));
    if (ok)
        return 1;
    bind_refuse(L, &err);
    lua_remove(L, -3); /* its nil: the word stands first, whatever happened */
    return 3;
}

int bind_key(lua_State *L)
{
    static const char *const known[] = {"deadline", "press", NULL};
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct window_pin pin = bind_pin_at(L, 2);
    const char *chord = luaL_checkstring(L, 3);
    int64_t until = bind_options_at(L, 4, known);
    enum window_taken taken = TAKEN_UNKNOWN;
    struct error err = {0};
    bool ok = has_press(L, 4) ? key_by(L, box, &pin, chord, until, &taken, &err)
                              : box->backend->key(box->desktop, &pin, chord, until, &taken, &err);
    lua_pushstring(L, bind_taken(taken));
    if (ok)
        return 1;
    bind_refuse(L, &err);
    lua_remove(L, taken == TAKEN_NOT ? -4 : -3); /* the word where it may have gone out, else bind_refuse()'s nil */
    return 3;
}

int bind_reader(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    lua_pushstring(L, box->backend->reader ? box->backend->reader(box->desktop) : NULL);
    return 1;
}

int bind_unsaved(lua_State *L)
{
    struct bind_desktop *box = bind_desktop_at(L, 1);
    struct error why = {0};
    if (!box->backend->unsaved || !box->backend->unsaved(box->desktop, &why))
        return 0;
    bind_push_taken(L, why.message);
    return 1;
}
