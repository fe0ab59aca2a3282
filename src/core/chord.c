#include "chord.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    uint32_t sym;
} keys[] = {
    {"Return", 0xff0d},    {"Enter", 0xff0d},     {"KP_Enter", 0xff8d}, {"Tab", 0xff09},       {"Escape", 0xff1b},
    {"Esc", 0xff1b},       {"Insert", 0xff63},    {"Ins", 0xff63},      {"Delete", 0xffff},    {"Del", 0xffff},
    {"BackSpace", 0xff08}, {"Home", 0xff50},      {"End", 0xff57},      {"Left", 0xff51},      {"Up", 0xff52},
    {"Right", 0xff53},     {"Down", 0xff54},      {"Page_Up", 0xff55},  {"Prior", 0xff55},     {"PageUp", 0xff55},
    {"Page_Down", 0xff56}, {"Next", 0xff56},      {"PageDown", 0xff56}, {"Menu", 0xff67},      {"space", 0x20},
    {"plus", 0x2b},        {"Shift_L", 0xffe1},   {"Shift_R", 0xffe2},  {"Control_L", 0xffe3}, {"Control_R", 0xffe4},
    {"Alt_L", 0xffe9},     {"Alt_R", 0xffea},     {"Meta_L", 0xffe7},   {"Meta_R", 0xffe8},    {"Super_L", 0xffeb},
    {"Super_R", 0xffec},   {"Caps_Lock", 0xffe5}, {"Num_Lock", 0xff7f}, {"AltGr", 0xfe03},
};
static const struct {
    const char *name;
    unsigned mod;
} modifiers[] = {
    {"shift", CHORD_SHIFT}, {"ctrl", CHORD_CTRL}, {"control", CHORD_CTRL}, {"alt", CHORD_ALT},
    {"super", CHORD_SUPER}, {"win", CHORD_SUPER}, {"meta", CHORD_SUPER},
};

uint32_t chord_character(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    if (!*p)
        return 0;
    int more = *p < 0x80 ? 0 : *p >= 0xF0 && *p < 0xF5 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC2 ? 1 : -1;
    uint32_t code = more <= 0 ? *p : *p & (0x3Fu >> more);
    int i = 1;
    for (; i <= more && (p[i] & 0xC0) == 0x80; i++)
        code = (code << 6) | (p[i] & 0x3Fu);
    *text += i;
    return i == more + 1 ? code : 0xFFFD;
}

uint32_t chord_sym(uint32_t character)
{
    if (character == '\n' || character == '\r')
        return 0xff0d;
    if (character == '\t')
        return 0xff09;
    bool latin1 = (character >= 0x20 && character < 0x7F) || (character >= 0xA0 && character < 0x100);
    return latin1 ? character : 0x01000000 + character;
}

const char *chord_name(uint32_t sym)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].sym == sym)
            return keys[i].name;
    return NULL;
}

bool chord_can_be_typed(const char *text, struct error *err)
{
    for (uint32_t character; (character = chord_character(&text));)
        if (character == 0xFFFD || character == 0x7F || (character < 0x20 && !strchr("\t\n\r", (int)character)))
            return error_set(err, EC_INVALID, "U+%04X cannot be typed", (unsigned)character);
    return true;
}

/* Words of the table, which are ASCII; Microsoft's C library has no strncasecmp(3). */
static bool is_word(const char *word, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 'a' - 'A') : text[i];
        char w = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] + 'a' - 'A') : word[i];
        if (c != w || !c)
            return false;
    }
    return !word[len];
}

static bool modifier_named(const char *name, size_t len, unsigned *mods)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (is_word(modifiers[i].name, name, len)) {
            *mods |= modifiers[i].mod;
            return true;
        }
    return false;
}

/* The key itself: a name, a function key, or one character. */
static bool key_named(const char *name, struct chord *chord)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (is_word(keys[i].name, name, strlen(name))) {
            chord->sym = keys[i].sym;
            return true;
        }
    int number, used = 0;
    if (sscanf(name, "%*1[fF]%2d%n", &number, &used) == 1 && !name[used] && number >= 1 && number <= 24) {
        chord->sym = 0xffbe + (uint32_t)number - 1;
        return true;
    }
    const char *rest = name;
    uint32_t character = chord_character(&rest);
    if (character <= 0x20 || character == 0xFFFD || *rest)
        return false;
    if (character >= 'A' && character <= 'Z' && chord->mods)
        character += 'a' - 'A';
    chord->sym = chord_sym(character);
    return true;
}

bool chord_parse(const char *text, struct chord *chord, struct error *err)
{
    *chord = (struct chord){0};
    const char *key = text;
    for (const char *plus; (plus = strchr(key, '+')) && plus > key; key = plus + 1)
        if (!modifier_named(key, (size_t)(plus - key), &chord->mods))
            return error_set(err, EC_INVALID, "'%s' is not a chord: '%.*s' is none of shift, ctrl, alt, super", text,
                             (int)(plus - key), key);
    if (!key_named(key, chord))
        return error_set(err, EC_INVALID,
                         "'%s' is not a chord: write modifiers and one key, as in ctrl+Return, shift+Insert, ctrl+v",
                         text);
    return true;
}
