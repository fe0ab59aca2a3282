/* type.c - short texts as keys. */
#include "x11.h"

enum { PIECE = 64 }; /* characters under one check of the focus */

/* At most PIECE keysyms; *text moves on. */
static size_t next_piece(const char **text, xcb_keysym_t syms[PIECE])
{
    size_t n = 0;
    while (n < PIECE && **text)
        syms[n++] = chord_sym(chord_character(text));
    return n;
}

static bool type_piece(struct x11 *x, const struct window_pin *pin, const xcb_keysym_t *syms, size_t n, int64_t until,
                       struct error *err)
{
    struct x11_stroke strokes[PIECE];
    struct x11_state state;
    if (!x11_keyboard_borrow(x, syms, n, until, NULL)) { /* full of what earlier pieces needed */
        x11_keyboard_give_back(x);
        if (!x11_keyboard_borrow(x, syms, n, until, err))
            return false;
    }
    if (!x11_keyboard_read(x, until, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!x11_keyboard_find(&x->keyboard, syms[i], &strokes[i]))
            return error_set(err, EC_UNSUPPORTED, "this keyboard has no key for U+%04X", (unsigned)syms[i] & 0xffffffu);
    if (!x11_keys_begin(x, pin, until, &state, err))
        return false;
    for (size_t i = 0; i < n; i++)
        x11_keys_press(x, &state, &strokes[i]);
    x11_keys_end(x, &state);
    return true;
}

bool x11_type(struct x11 *x, const struct window_pin *pin, const char *text, int64_t until, struct error *err)
{
    xcb_keysym_t syms[PIECE];
    if (!chord_can_be_typed(text, err) || !x11_check(x, pin, until, err))
        return false;
    while (*text)
        if (!type_piece(x, pin, syms, next_piece(&text, syms), until, err))
            return false;
    return x11_wire_sync(x, until, err);
}
