/* desktop_paste.c - desktop:paste(). */
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

/* By the function on top of the stack. */
static bool paste_by(lua_State *L, struct bind_desktop *box, const struct window_pin *pin, const char *keys,
                     int64_t until, enum window_taken *taken, struct error *err)
{
    size_t len;
    const char *text = lua_tolstring(L, 3, &len);
    struct lua_press press = {{keys, press_now}, L, lua_gettop(L), false};
    *taken = TAKEN_NOT;
    if (!box->backend->paste_by)
        return error_set(err, EC_UNSUPPORTED, "on %s nobody else can press the keys of a paste", box->backend->name);
    luaL_checkstack(L, 4, NULL);
    lua_pushstring(L, keys);
    box->pasting = true;
    bool ok = box->backend->paste_by(box->desktop, pin, text, len, &press.press, until, taken, err);
    box->pasting = false;
    if (press.raised) {
        error_clear(err);
        lua_error(L);
    }
    return ok;
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
    bool by_other = lua_getfield(L, 4, "press") != LUA_TNIL;
    luaL_argcheck(L, !by_other || lua_isfunction(L, -1), 4, "field 'press' must be a function");
    bool ok = by_other ? paste_by(L, box, &pin, keys, until, &taken, &err)
                       : box->backend->paste(box->desktop, &pin, text, len, keys, until, &taken, &err);
    lua_pushstring(L, bind_taken(taken));
    if (ok)
        return 1;
    bind_refuse(L, &err);
    lua_remove(L, -3); /* its nil: the word stands first, whatever happened */
    return 3;
}
