/* keys.c - chords for a terminal. What can be said in bytes is sent as bytes: tmux 3.3a types the *name* of a key that
 * it cannot encode ("S-Enter"), and sends nothing at all for C-Enter unless the program asked for extended keys. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "protocol.h"

enum { CTRL = 1, ALT = 2, SHIFT = 4 };

struct name {
    const char *chord, *tmux;
};
/* What a program may ask to be encoded otherwise (application cursor keys): tmux knows how. Modifiers are encoded. */
static const struct name NAMED[] = {
    {"Up", "Up"},        {"Down", "Down"},  {"Left", "Left"},       {"Right", "Right"},    {"Home", "Home"},
    {"End", "End"},      {"Insert", "IC"},  {"Delete", "DC"},       {"Prior", "PPage"},    {"Page_Up", "PPage"},
    {"PageUp", "PPage"}, {"Next", "NPage"}, {"Page_Down", "NPage"}, {"PageDown", "NPage"}, {"F1", "F1"},
    {"F2", "F2"},        {"F3", "F3"},      {"F4", "F4"},           {"F5", "F5"},          {"F6", "F6"},
    {"F7", "F7"},        {"F8", "F8"},      {"F9", "F9"},           {"F10", "F10"},        {"F11", "F11"},
    {"F12", "F12"},
};
/* Names of single characters. */
static const struct name BYTES[] = {
    {"Return", "\r"},  {"Enter", "\r"}, {"KP_Enter", "\r"},    {"Escape", "\033"}, {"Esc", "\033"},
    {"Tab", "\t"},     {"space", " "},  {"BackSpace", "\177"}, {"plus", "+"},      {"minus", "-"},
    {"slash", "/"},    {"comma", ","},  {"period", "."},       {"at", "@"},        {"exclam", "!"},
    {"question", "?"}, {"colon", ":"},  {"semicolon", ";"},
};

static const char *lookup(const struct name *names, size_t n, const char *chord)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(names[i].chord, chord) == 0)
            return names[i].tmux;
    return NULL;
}

/* Takes the modifiers off the front; -1: an unknown one. */
static int modifiers(const char **chord)
{
    static const struct {
        const char *word;
        int bit;
    } words[] = {{"ctrl+", CTRL}, {"control+", CTRL}, {"alt+", ALT}, {"meta+", ALT}, {"shift+", SHIFT}};
    int bits = 0;
    for (const char *plus; (plus = strchr(*chord, '+')) && plus[1];) {
        size_t len = (size_t)(plus - *chord) + 1, i = 0, n = sizeof words / sizeof *words;
        while (i < n && (strlen(words[i].word) != len || strncasecmp(*chord, words[i].word, len) != 0))
            i++;
        if (i == n)
            return -1;
        bits |= words[i].bit;
        *chord += len;
    }
    return bits;
}

static bool one_character(const char *text)
{
    unsigned char c = (unsigned char)text[0];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return c > ' ' && c != 0x7F && strlen(text) == len;
}

/* What ctrl or shift makes of a character in a terminal without extended keys; -1: nothing of its own. */
static int changed(char c, int bits)
{
    bool upper = c >= 'A' && c <= 'Z';
    char lower = upper ? (char)(c - 'A' + 'a') : c;
    bool letter = lower >= 'a' && lower <= 'z';
    if (bits == SHIFT)
        return letter ? lower - 'a' + 'A' : -1;
    if (bits != CTRL)
        return -1;
    if (letter)
        return lower - 'a' + 1;
    if (c == ' ' || c == '@')
        return 0;
    return c != '\0' && strchr("[\\]^_", c) ? c - '@' : -1;
}

/* A key that has bytes of its own, with its modifiers. */
static bool encode(const char *chord, const char *plain, int bits, struct tmux_key *key, struct error *err)
{
    size_t len = strlen(plain);
    char c = len == 1 ? plain[0] : '\0';
    int others = bits & (CTRL | SHIFT);
    key->n = 0;
    if (c == '\t' && bits == SHIFT) {
        strcpy(key->name, "BTab");
        return true;
    }
    if (bits & ALT)
        key->bytes[key->n++] = '\033';
    if (c == '\r' && bits == CTRL) { /* a stock xterm sends the byte of Return, too */
        strcpy(key->name, "C-Enter");
    } else if (others) {
        int byte = changed(c, others);
        if (byte < 0)
            return error_set(err, EC_UNSUPPORTED,
                             "%s: a terminal cannot send this chord apart from a simpler one; use another", chord);
        key->bytes[key->n++] = (char)byte;
        return true;
    }
    memcpy(key->bytes + key->n, plain, len);
    key->n += len;
    return true;
}

bool tmux_key_parse(const char *chord, struct tmux_key *key, struct error *err)
{
    *key = (struct tmux_key){0};
    const char *name = chord;
    int bits = modifiers(&name);
    const char *tmux = bits < 0 ? NULL : lookup(NAMED, sizeof NAMED / sizeof *NAMED, name);
    if (tmux) {
        snprintf(key->name, sizeof key->name, "%s%s%s%s", bits & CTRL ? "C-" : "", bits & ALT ? "M-" : "",
                 bits & SHIFT ? "S-" : "", tmux);
        return true;
    }
    const char *plain = bits < 0 ? NULL : lookup(BYTES, sizeof BYTES / sizeof *BYTES, name);
    if (!plain && bits >= 0 && one_character(name))
        plain = name;
    if (!plain)
        return error_set(err, EC_INVALID,
                         "%s: not a chord; modifiers ctrl, alt, shift, then a character or a key like Return, Tab, F1,"
                         " joined by +",
                         chord);
    return encode(chord, plain, bits, key, err);
}
