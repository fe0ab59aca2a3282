/* keyboard.c - which key means what, and keys that we borrow for what no key means. */
#include <stdlib.h>
#include <string.h>

#include "../wait_private.h"
#include "x11.h"

void x11_keyboard_forget(struct x11 *x)
{
    free(x->keyboard.syms);
    x->keyboard.syms = NULL;
}

static void keep_modifiers(struct x11_keyboard *k, const xcb_get_modifier_mapping_reply_t *reply)
{
    const xcb_keycode_t *codes = xcb_get_modifier_mapping_keycodes(reply);
    unsigned each = reply->keycodes_per_modifier;
    memset(k->modifier, 0, sizeof k->modifier);
    for (unsigned mod = 0; mod < 8; mod++)
        for (unsigned i = 0, n = 0; i < each && n < 8; i++)
            if (codes[mod * each + i])
                k->modifier[mod][n++] = codes[mod * each + i];
}

bool x11_keyboard_read(struct x11 *x, int64_t until, struct error *err)
{
    struct x11_keyboard *k = &x->keyboard;
    const xcb_setup_t *setup = xcb_get_setup(x->c);
    xcb_get_keyboard_mapping_reply_t *map = NULL;
    xcb_get_modifier_mapping_reply_t *mods = NULL;
    x11_wire_drain(x);
    if (k->syms)
        return true;
    uint8_t first = setup->min_keycode;
    unsigned count = (unsigned)setup->max_keycode - first + 1;
    unsigned asked = xcb_get_keyboard_mapping(x->c, first, (uint8_t)count).sequence;
    unsigned asked_mods = xcb_get_modifier_mapping(x->c).sequence;
    bool ok = x11_wire_reply(x, asked, until, &map, err);
    if (!ok)
        xcb_discard_reply(x->c, asked_mods);
    ok = ok && x11_wire_reply(x, asked_mods, until, &mods, err);
    if (ok && map && mods && map->keysyms_per_keycode) {
        size_t n = (size_t)xcb_get_keyboard_mapping_keysyms_length(map);
        k->syms = malloc(n * sizeof *k->syms);
        if (k->syms) {
            memcpy(k->syms, xcb_get_keyboard_mapping_keysyms(map), n * sizeof *k->syms);
            k->first = first;
            k->columns = map->keysyms_per_keycode;
            k->count = (unsigned)(n / k->columns);
            keep_modifiers(k, mods);
        }
    }
    free(map);
    free(mods);
    return ok && (k->syms || error_set(err, EC_MEMORY, "no memory for the keyboard's map"));
}

xcb_keysym_t x11_keyboard_sym(const struct x11_keyboard *k, unsigned keycode, unsigned column)
{
    if (keycode < k->first || keycode - k->first >= k->count || column >= k->columns)
        return XCB_NO_SYMBOL;
    return k->syms[(keycode - k->first) * k->columns + column];
}

bool x11_keyboard_find(const struct x11_keyboard *k, xcb_keysym_t sym, struct x11_stroke *stroke)
{
    /* X11 protocol, chapter 5: two groups of two levels stand in the first four columns. */
    static const struct {
        uint8_t column, group;
        unsigned mods;
    } places[] = {{0, 0, 0}, {2, 1, 0}, {1, 0, CHORD_SHIFT}, {3, 1, CHORD_SHIFT}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (unsigned code = k->first; code < k->first + k->count; code++)
            if (x11_keyboard_sym(k, code, places[i].column) == sym) {
                *stroke = (struct x11_stroke){(uint8_t)code, places[i].group, places[i].mods};
                return true;
            }
    return false;
}

unsigned x11_keyboard_mask(const struct x11_keyboard *k, xcb_keysym_t sym)
{
    for (unsigned mod = 0; mod < 8; mod++)
        for (unsigned i = 0; i < 8 && k->modifier[mod][i]; i++)
            for (unsigned column = 0; column < k->columns; column++)
                if (x11_keyboard_sym(k, k->modifier[mod][i], column) == sym)
                    return 1u << mod;
    return 0;
}

uint8_t x11_keyboard_modifier(const struct x11_keyboard *k, enum chord_mod mod)
{
    static const struct {
        enum chord_mod mod;
        xcb_keysym_t sym;
    } keys[] = {{CHORD_SHIFT, 0xffe1}, {CHORD_CTRL, 0xffe3}, {CHORD_ALT, 0xffe9}, {CHORD_SUPER, 0xffeb}};
    struct x11_stroke stroke;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].mod == mod && x11_keyboard_mask(k, keys[i].sym) && x11_keyboard_find(k, keys[i].sym, &stroke))
            return stroke.keycode;
    return mod == CHORD_SHIFT ? k->modifier[0][0] : mod == CHORD_CTRL ? k->modifier[2][0] : 0;
}

static bool is_spare(const struct x11_keyboard *k, unsigned code)
{
    for (unsigned column = 0; column < k->columns; column++)
        if (x11_keyboard_sym(k, code, column) != XCB_NO_SYMBOL)
            return false;
    for (unsigned i = 0; i < 64; i++)
        if (k->modifier[i / 8][i % 8] == code)
            return false;
    return k->borrowed[code] == XCB_NO_SYMBOL;
}

/* Tells the server of the keys that are marked, each run of neighbours in one change: every change makes every client
 * read the map again, which costs a window manager 60 ms. Keys between two runs are never written, even as they are:
 * the core protocol does not know all of what XKB knows about them. */
static void write_map(struct x11 *x, const bool changed[256])
{
    struct x11_keyboard *k = &x->keyboard;
    unsigned end = k->first + k->count;
    for (unsigned low = k->first, high; low < end; low = high + 1) {
        for (high = low; high < end && changed[high]; high++)
            ;
        if (high > low)
            xcb_change_keyboard_mapping(x->c, (uint8_t)(high - low), (xcb_keycode_t)low, k->columns,
                                        k->syms + (low - k->first) * k->columns);
    }
    xcb_flush(x->c);
}

static void set_key(struct x11_keyboard *k, unsigned code, xcb_keysym_t sym)
{
    for (unsigned column = 0; column < k->columns; column++)
        k->syms[(code - k->first) * k->columns + column] = sym;
}

bool x11_keyboard_borrow(struct x11 *x, const xcb_keysym_t *syms, size_t n, int64_t until, struct error *err)
{
    struct x11_keyboard *k = &x->keyboard;
    struct x11_stroke stroke;
    if (!x11_keyboard_read(x, until, err))
        return false;
    xcb_keysym_t plan[256];
    bool changed[256] = {false}, any = false;
    unsigned code = k->first + k->count; /* from the end: there is the longest run of keys without a meaning */
    memcpy(plan, k->borrowed, sizeof plan);
    for (size_t i = 0; i < n; i++) {
        if (x11_keyboard_find(k, syms[i], &stroke))
            continue;
        while (code > k->first && !is_spare(k, code - 1))
            code--;
        if (code == k->first) {
            x11_keyboard_forget(x); /* the local map has what the server was not told */
            return error_set(err, EC_UNSUPPORTED, "no key is left for the character U+%04X",
                             (unsigned)syms[i] & 0xffffffu);
        }
        set_key(k, --code, syms[i]);
        plan[code] = syms[i];
        changed[code] = any = true;
    }
    if (!any)
        return true;
    memcpy(k->borrowed, plan, sizeof plan);
    k->borrowed_used = clock_now();
    write_map(x, changed);
    return true;
}

/* Programs look a key up when they come to its event: a meaning that is taken back too early garbles what was typed. */
#define LATEST_LOOKUP (20 * CLOCK_MS)

void x11_keyboard_give_back(struct x11 *x)
{
    struct x11_keyboard *k = &x->keyboard;
    if (!k->borrowed_used || x->gone.code)
        return;
    bool insisted = x->insist;
    x->insist = true;
    wait_despite_cancel(NULL, k->borrowed_used + LATEST_LOOKUP, NULL);
    if (x11_keyboard_read(x, clock_now() + CLOCK_SECOND, NULL)) {
        bool changed[256] = {false};
        for (unsigned code = k->first; code < k->first + k->count; code++) {
            if (!k->borrowed[code] || x11_keyboard_sym(k, code, 0) != k->borrowed[code])
                continue; /* somebody loaded another map meanwhile */
            set_key(k, code, XCB_NO_SYMBOL);
            changed[code] = true;
        }
        write_map(x, changed);
    }
    memset(k->borrowed, 0, sizeof k->borrowed);
    k->borrowed_used = 0;
    x->insist = insisted;
}
