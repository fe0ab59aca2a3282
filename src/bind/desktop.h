/* desktop.h - the userdata that window.open() and window.fake() answer. */
#ifndef DISPATCH_BIND_DESKTOP_H
#define DISPATCH_BIND_DESKTOP_H
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/window.h"
struct fake_record;

#define BIND_DESKTOP_CLASS "dispatch.desktop"

/* User value 1: what :changes() answers. */
struct bind_desktop {
    struct desktop *desktop;              /* NULL: closed */
    const struct window_backend *backend; /* NULL: closed. A fake desktop's own dies with it */
    struct fake_record *record;           /* of a fake one, also when it is closed; else NULL */
    bool pressing;                        /* a script's function presses the keys, under the back end */
};

/* Makes the metatables; once, before the others. */
void bind_desktop_classes(lua_State *L);
/* Pushes a closed one: there is a finalizer before there is something to finalize. */
struct bind_desktop *bind_desktop_new(lua_State *L);
/* Answers what a Lua function returns: the box on top of the stack, or the refusal when desktop is NULL. */
int bind_desktop_fill(lua_State *L, struct bind_desktop *box, struct desktop *desktop, struct error *err);
/* Raises when it is something else or closed. */
struct bind_desktop *bind_desktop_at(lua_State *L, int arg);
/* Raises while a script's function presses keys: what is named would take the desktop from under them. */
void bind_desktop_idle(lua_State *L, const struct bind_desktop *box, const char *what);

/* The pin at arg; its token lives as long as the table. */
struct window_pin bind_pin_at(lua_State *L, int arg);
/* The deadline of the table of options at arg, which has no key but these. */
int64_t bind_options_at(lua_State *L, int arg, const char *const *known);
/* What is known of a paste or a key, as a script reads it. */
const char *bind_taken(enum window_taken taken);

/* desktop_send.c: desktop:paste(pin, text, {deadline, keys, press}) */
int bind_paste(lua_State *L);
int bind_key(lua_State *L);     /* desktop:key(pin, chord, {deadline, press}) */
int bind_reader(lua_State *L);  /* desktop:reader() */
int bind_unsaved(lua_State *L); /* desktop:unsaved() */

/* window_record.c: pushes what a fake desktop has beside the others' methods. False: no such one. */
bool bind_record_method(lua_State *L, const char *name);
#endif
