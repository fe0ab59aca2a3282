/* chord.h - keys as people write them: "Return", "ctrl+Return", "shift+Insert", "ctrl+shift+v". Pure. */
#ifndef DISPATCH_CHORD_H
#define DISPATCH_CHORD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum chord_mod { CHORD_SHIFT = 1, CHORD_CTRL = 2, CHORD_ALT = 4, CHORD_SUPER = 8 };
struct chord {
    uint32_t sym; /* X keysym (X11 protocol, appendix A) */
    unsigned mods;
};
/* Modifiers and names in any case; a letter beside ctrl, alt or super is the key, whatever its case. EINVAL. */
bool chord_parse(const char *text, struct chord *chord, struct error *err);
/* Of a character: itself in Latin-1, else 0x01000000 + code point; newline is Return, tab is Tab. */
uint32_t chord_sym(uint32_t character);
/* What people call it: "Shift_L". NULL: no name that we know. */
const char *chord_name(uint32_t sym);
/* Whether a text is of characters that keys can type: no control but tab and newline. EINVAL. */
bool chord_can_be_typed(const char *text, struct error *err);
/* The next character of valid UTF-8; *text moves on. 0 at the end, 0xFFFD for what is not UTF-8. */
uint32_t chord_character(const char **text);
#endif
