/* keys.c - chords through XTEST, so that no program can tell them from a person's.
 *
 * Everything from the check of the focus to the last release is one server grab: nobody can take the focus between the
 * two, no modifier of ours stays down whatever interrupts us, and a person's keys do not get in between. */
#include <stdlib.h>
#include <string.h>

#include <xcb/xkb.h>
#include <xcb/xtest.h>

#include "x11.h"

#define NUM_LOCK 0xff7fu

static void name_held(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err)
{
    const struct x11_keyboard *k = &x->keyboard;
    xcb_query_keymap_reply_t *down = NULL;
    const char *name = NULL;
    if (!x11_wire_reply(x, xcb_query_keymap(x->c).sequence, until, &down, err))
        return;
    for (unsigned i = 0; down && !name && i < 64; i++) {
        unsigned code = k->modifier[i / 8][i % 8];
        if (code && (down->keys[code / 8] & (1u << code % 8)))
            name = chord_name(x11_keyboard_sym(k, code, 0));
    }
    free(down);
    error_set(err, EC_FOCUS, "'%s': the key %s is held down and would change ours; release it", pin->token,
              name ? name : "of a modifier");
}

/* Why not now: the keyboard is not ours to press. Both pass by themselves. */
struct hindrance {
    bool person; /* holds a modifier */
    bool other;  /* client has grabbed the keyboard */
};

/* One try, the server grabbed. */
static bool look_and_hold(struct x11 *x, const struct window_pin *pin, int64_t until, struct x11_state *state,
                          struct hindrance *hindrance, struct error *err)
{
    struct x11_focus_asked focus;
    xcb_xkb_get_state_reply_t *now = NULL;
    *hindrance = (struct hindrance){0};
    xcb_grab_server(x->c);
    unsigned asked = xcb_xkb_get_state(x->c, XCB_XKB_ID_USE_CORE_KBD).sequence;
    unsigned asked_grab = x11_focus_ask_grab(x);
    x11_focus_ask(x, &focus);
    bool ok = x11_wire_reply(x, asked, until, &now, err);
    if (ok)
        ok = x11_focus_read_grab(x, asked_grab, until, &hindrance->other, err);
    else
        xcb_discard_reply(x->c, asked_grab);
    if (ok)
        ok = x11_focus_is(x, pin, &focus, until, err);
    else {
        xcb_discard_reply(x->c, focus.active);
        xcb_discard_reply(x->c, focus.input);
    }
    hindrance->person = now && now->baseMods;
    if (now)
        *state = (struct x11_state){now->lockedMods, now->latchedMods, now->lockedGroup, now->group, false};
    free(now);
    if (!ok || hindrance->person || hindrance->other) {
        xcb_ungrab_server(x->c);
        xcb_flush(x->c);
    }
    return ok;
}

/* False: *err says why it is over. */
static bool await_release(struct x11 *x, const struct window_pin *pin, uint32_t events, int64_t until,
                          struct error *err)
{
    struct error late = {0};
    if (x11_wire_wait(x, events, until, "a held key was not released", &late)) /* XkbStateNotify */
        return true;
    if (strcmp(late.code, EC_TIMEOUT) != 0)
        return x11_wire_pass(err, &late);
    error_clear(&late);
    name_held(x, pin, until, err);
    return false;
}

bool x11_keys_begin(struct x11 *x, const struct window_pin *pin, int64_t until, struct x11_state *state,
                    struct error *err)
{
    for (;;) {
        struct hindrance hindrance;
        uint32_t events = x->events;
        if (!look_and_hold(x, pin, until, state, &hindrance, err))
            return false;
        if (!hindrance.other && !hindrance.person)
            return true;
        if (hindrance.other ? !x11_focus_await_grab(pin, until, err) : !await_release(x, pin, events, until, err))
            return false;
    }
}

static unsigned press(struct x11 *x, uint8_t type, uint8_t keycode)
{
    return xcb_test_fake_input(x->c, type, keycode, XCB_CURRENT_TIME, XCB_WINDOW_NONE, 0, 0, 0).sequence;
}

/* No lock may change what our keys mean. Num Lock does not (it is for the keypad, which we never press), and desktops
 * show its changes to people. */
static void make_plain(struct x11 *x, struct x11_state *state, uint8_t group)
{
    uint8_t unlock = (uint8_t)(state->locked_mods & ~x11_keyboard_mask(&x->keyboard, NUM_LOCK));
    if (group == state->group && !(unlock | state->latched_mods))
        return;
    xcb_xkb_latch_lock_state(x->c, XCB_XKB_ID_USE_CORE_KBD, unlock, 0, true, group, state->latched_mods, false, 0);
    state->group = group;
    state->latched_mods = 0;
    state->changed = true;
}

unsigned x11_keys_press(struct x11 *x, struct x11_state *state, const struct x11_stroke *stroke)
{
    static const enum chord_mod order[] = {CHORD_CTRL, CHORD_ALT, CHORD_SUPER, CHORD_SHIFT};
    uint8_t code[4];
    size_t n = 0;
    for (size_t i = 0; i < 4; i++)
        if (stroke->mods & order[i])
            code[n++] = x11_keyboard_modifier(&x->keyboard, order[i]);
    make_plain(x, state, stroke->group);
    unsigned first = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned sequence = press(x, XCB_KEY_PRESS, code[i]);
        first = first ? first : sequence;
    }
    unsigned sequence = press(x, XCB_KEY_PRESS, stroke->keycode);
    press(x, XCB_KEY_RELEASE, stroke->keycode);
    while (n)
        press(x, XCB_KEY_RELEASE, code[--n]);
    if (x->keyboard.borrowed[stroke->keycode])
        x->keyboard.borrowed_used = clock_now();
    return first ? first : sequence;
}

void x11_keys_end(struct x11 *x, struct x11_state *state)
{
    if (state->changed)
        xcb_xkb_latch_lock_state(x->c, XCB_XKB_ID_USE_CORE_KBD, 0xff, state->locked_mods, true, state->locked_group, 0,
                                 false, 0);
    xcb_ungrab_server(x->c);
    xcb_flush(x->c);
}

bool x11_keys_plan(struct x11 *x, const char *chord, int64_t until, struct x11_stroke *stroke, struct error *err)
{
    static const enum chord_mod all[] = {CHORD_CTRL, CHORD_ALT, CHORD_SUPER, CHORD_SHIFT};
    struct chord parsed;
    if (!chord_parse(chord, &parsed, err) || !x11_keyboard_read(x, until, err))
        return false;
    if (!x11_keyboard_find(&x->keyboard, parsed.sym, stroke) &&
        (!x11_keyboard_borrow(x, &parsed.sym, 1, until, err) || !x11_keyboard_read(x, until, err) ||
         !x11_keyboard_find(&x->keyboard, parsed.sym, stroke)))
        return error_set(err, EC_UNSUPPORTED, "'%s': this keyboard has no such key", chord);
    stroke->mods |= parsed.mods;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if ((stroke->mods & all[i]) && !x11_keyboard_modifier(&x->keyboard, all[i]))
            return error_set(err, EC_UNSUPPORTED, "'%s': this keyboard lacks one of its modifiers", chord);
    return true;
}

bool x11_keys_send(struct x11 *x, const struct window_pin *pin, const char *chord, int64_t until,
                   enum window_taken *taken, struct error *err)
{
    struct x11_stroke stroke;
    struct x11_state state;
    *taken = TAKEN_NOT;
    if (!x11_keys_plan(x, chord, until, &stroke, err) || !x11_check(x, pin, until, err) ||
        !x11_keys_begin(x, pin, until, &state, err))
        return false;
    x11_keys_press(x, &state, &stroke);
    x11_keys_end(x, &state);
    *taken = TAKEN_UNKNOWN; /* a key leaves no trace that we could see */
    bool insisted = x->insist;
    x->insist = true; /* it is out: Ctrl-C must not make it look as if it were not */
    bool ok = x11_wire_sync(x, until, err);
    x->insist = insisted;
    return ok;
}
