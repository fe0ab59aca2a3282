/* window_rules.c - the rules of a fake desktop: a table that becomes an array, and nothing more. */
#include "window_rules.h"

#include <math.h>
#include <string.h>

#include "../core/clock.h"
#include "../core/fake/fake.h"
#include "bind.h"

enum kind {
    STRING,  /* const char * */
    TEXT,    /* a string; false takes it away: "" */
    SECONDS, /* int64_t, nanoseconds */
    COUNT,   /* size_t */
    FLAG,    /* a bit of flags_on, flags_off */
    TRAIT,   /* a bit of traits_on, traits_off */
    NOT_TRAIT,
    OTHER, /* read by a function of its own */
};

static const struct field {
    const char *key;
    enum kind kind;
    size_t at; /* offset or bit */
} fields[] = {
    {"after", SECONDS, offsetof(struct fake_rule, after)},
    {"alias", STRING, offsetof(struct fake_rule, alias)},
    {"answer", OTHER, 0},
    {"app", STRING, offsetof(struct fake_rule, app)},
    {"at", SECONDS, offsetof(struct fake_rule, at)},
    {"blind", TRAIT, FAKE_BLIND},
    {"brackets", NOT_TRAIT, FAKE_UNBRACKETED},
    {"burst", SECONDS, offsetof(struct fake_rule, burst)},
    {"busy", TEXT, offsetof(struct fake_rule, busy)},
    {"chat", NOT_TRAIT, FAKE_NO_CHAT},
    {"close", OTHER, 0},
    {"code", STRING, offsetof(struct fake_rule, code)},
    {"collapse", COUNT, offsetof(struct fake_rule, collapse)},
    {"dead", FLAG, WINDOW_DEAD},
    {"desktop", OTHER, 0},
    {"display", OTHER, 0},
    {"draft", TEXT, offsetof(struct fake_rule, composer)},
    {"echo", TRAIT, FAKE_ECHO},
    {"elevated", FLAG, WINDOW_ELEVATED},
    {"elsewhere", FLAG, WINDOW_ELSEWHERE},
    {"exclusive", OTHER, 0},
    {"focus", TEXT, offsetof(struct fake_rule, focus)},
    {"id", OTHER, 0},
    {"interrupt", OTHER, 0},
    {"keep", COUNT, offsetof(struct fake_rule, keep)},
    {"late", SECONDS, offsetof(struct fake_rule, late)},
    {"message", STRING, offsetof(struct fake_rule, message)},
    {"minimised", FLAG, WINDOW_MINIMISED},
    {"modal", TEXT, offsetof(struct fake_rule, modal)},
    {"nth", OTHER, 0},
    {"of", STRING, offsetof(struct fake_rule, of)},
    {"on", OTHER, 0},
    {"paste_keys", STRING, offsetof(struct fake_rule, paste_keys)},
    {"pid", OTHER, 0},
    {"reads_text", OTHER, 0},
    {"relay", FLAG, WINDOW_RELAY},
    {"remove", STRING, offsetof(struct fake_rule, remove)},
    {"retitle", OTHER, 0},
    {"same_queue", OTHER, 0},
    {"screen", STRING, offsetof(struct fake_rule, screen)},
    {"self", FLAG, WINDOW_SELF},
    {"shell", FLAG, WINDOW_SHELL},
    {"submit_key", STRING, offsetof(struct fake_rule, submit_key)},
    {"taken", OTHER, 0},
    {"takes", SECONDS, offsetof(struct fake_rule, takes)},
    {"text", OTHER, 0},
    {"title", STRING, offsetof(struct fake_rule, title)},
    {"unsaved", STRING, offsetof(struct fake_rule, unsaved)},
    {"window", STRING, offsetof(struct fake_rule, window)},
    {"working", TRAIT, FAKE_WORKING},
    {"write", STRING, offsetof(struct fake_rule, write)},
};
enum { FIELDS = sizeof fields / sizeof *fields };

struct reader {
    lua_State *L;
    int arg;
    lua_Integer number; /* of the rule, from 1 */
    struct fake_rule *rule;
};

static int wrong(const struct reader *r, const char *key, const char *want)
{
    return luaL_argerror(r->L, r->arg, lua_pushfstring(r->L, "rule %I: %s must be %s", r->number, key, want));
}

/* The value on top; NULL after the last word. Answers its index, or -1. */
static int find_word(const struct reader *r, const char *const *words)
{
    const char *text = lua_type(r->L, -1) == LUA_TSTRING ? lua_tostring(r->L, -1) : "";
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

static int word(const struct reader *r, const char *key, const char *const *words, const char *want)
{
    int i = find_word(r, words);
    if (i < 0)
        wrong(r, key, want);
    return i;
}

static const char *string(const struct reader *r, const char *key)
{
    size_t len = 0;
    const char *text = lua_type(r->L, -1) == LUA_TSTRING ? lua_tolstring(r->L, -1, &len) : NULL;
    if (!text || strlen(text) != len)
        wrong(r, key, "a string without NUL bytes");
    return text;
}

static bool flag(const struct reader *r, const char *key)
{
    if (lua_type(r->L, -1) != LUA_TBOOLEAN)
        wrong(r, key, "true or false");
    return lua_toboolean(r->L, -1);
}

static lua_Integer integer(const struct reader *r, const char *key, lua_Integer least)
{
    int whole;
    lua_Integer n = lua_tointegerx(r->L, -1, &whole);
    if (!whole || lua_type(r->L, -1) != LUA_TNUMBER || n < least)
        wrong(r, key, "a whole number, and not so small");
    return n;
}

static int64_t seconds(const struct reader *r, const char *key)
{
    lua_Number s = lua_tonumber(r->L, -1);
    if (lua_type(r->L, -1) != LUA_TNUMBER || !(s >= 0 && s <= 1e9)) /* 30 years: no overflow of nanoseconds */
        wrong(r, key, "seconds");
    return llround(s * (double)CLOCK_SECOND);
}

static void set_bit(bool on, unsigned bit, unsigned *set, unsigned *cleared)
{
    *(on ? set : cleared) |= bit;
}

static void read_plain(const struct reader *r, const struct field *f)
{
    void *member = (char *)r->rule + f->at;
    struct fake_rule *rule = r->rule;
    switch (f->kind) {
    case STRING: *(const char **)member = string(r, f->key); break;
    case TEXT:
        if (lua_isboolean(r->L, -1) && !lua_toboolean(r->L, -1))
            *(const char **)member = "";
        else
            *(const char **)member = string(r, f->key);
        break;
    case SECONDS: *(int64_t *)member = seconds(r, f->key); break;
    case COUNT: *(size_t *)member = (size_t)integer(r, f->key, 0); break;
    case FLAG: set_bit(flag(r, f->key), (unsigned)f->at, &rule->flags_on, &rule->flags_off); break;
    case TRAIT: set_bit(flag(r, f->key), (unsigned)f->at, &rule->traits_on, &rule->traits_off); break;
    case NOT_TRAIT: set_bit(!flag(r, f->key), (unsigned)f->at, &rule->traits_on, &rule->traits_off); break;
    case OTHER: break;
    }
}

/* One of the words, or a code: then the call fails with it. */
static void read_answer(const struct reader *r)
{
    static const char *const words[] = {"lose", "cut", "served", "unknown", "not", "swallow", NULL};
    static const enum fake_answer answers[] = {FAKE_LOSE, FAKE_CUT, FAKE_SERVED, FAKE_UNKNOWN, FAKE_NOT, FAKE_SWALLOW};
    int i = find_word(r, words);
    if (i >= 0) {
        r->rule->answer = answers[i];
        return;
    }
    const char *code = string(r, "answer");
    if (code[0] != 'E' || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(code))
        wrong(r, "answer", "lose, cut, served, unknown, not, swallow or a code such as EFOCUS");
    r->rule->code = code;
}

static void read_signal(const struct reader *r)
{
    static const char *const words[] = {"INT", "TERM", "HUP", "KILL", NULL};
    static const int signals[] = {CANCEL_INTERRUPT, CANCEL_TERMINATE, CANCEL_HANGUP};
    int i = word(r, "interrupt", words, "INT, TERM, HUP or KILL");
    if (i == 3)
        r->rule->killed = true;
    else
        r->rule->interrupt = signals[i];
}

static void read_ability(const struct reader *r, const char *key, unsigned bit)
{
    r->rule->says_abilities = true;
    if (flag(r, key))
        r->rule->abilities |= bit;
    else
        r->rule->abilities &= ~bit;
}

static const char *const kinds[] = {"x11", "tmux", NULL};

/* close = "a" and retitle = "a" name the window; close = true is about the rule's own. */
static void read_target(const struct reader *r, const char *key)
{
    if (strcmp(key, "close") == 0)
        r->rule->close = true;
    if (strcmp(key, "close") == 0 && lua_isboolean(r->L, -1) && lua_toboolean(r->L, -1))
        return;
    r->rule->of = string(r, key);
}

static void read_other(const struct reader *r, const char *key)
{
    static const char *const calls[] = {"list",   "lock", "check",       "focus",      "paste", "key",
                                        "submit", "type", "screen_text", "screenshot", NULL};
    static const enum fake_event events[] = {FAKE_LIST, FAKE_LOCK,   FAKE_CHECK, FAKE_FOCUS,       FAKE_PASTE,
                                             FAKE_KEY,  FAKE_SUBMIT, FAKE_TYPE,  FAKE_SCREEN_TEXT, FAKE_SCREENSHOT};
    static const char *const taken[] = {"unknown", "not", "served", "whole", NULL};
    static const char *const gone[] = {"gone", NULL};
    struct fake_rule *rule = r->rule;
    if (strcmp(key, "on") == 0) {
        rule->on = events[word(r, key, calls, "a method of the desktop, or submit")];
    } else if (strcmp(key, "answer") == 0) {
        read_answer(r);
    } else if (strcmp(key, "taken") == 0) {
        rule->taken = (enum window_taken)word(r, key, taken, "whole, served, not or unknown");
        rule->says_taken = true;
    } else if (strcmp(key, "nth") == 0) {
        rule->nth = (unsigned)integer(r, key, 1);
    } else if (strcmp(key, "id") == 0) {
        rule->id = (uint64_t)integer(r, key, 1);
    } else if (strcmp(key, "pid") == 0) {
        rule->pid = integer(r, key, 0);
        rule->says_pid = true;
    } else if (strcmp(key, "text") == 0) {
        if (lua_type(r->L, -1) != LUA_TSTRING)
            wrong(r, key, "a string");
        rule->text = lua_tolstring(r->L, -1, &rule->text_len);
    } else if (strcmp(key, "display") == 0) {
        word(r, key, gone, "\"gone\"");
        rule->display_gone = true;
    } else if (strcmp(key, "interrupt") == 0) {
        read_signal(r);
    } else if (strcmp(key, "close") == 0 || strcmp(key, "retitle") == 0) {
        read_target(r, key);
    }
}

/* A rule about the desktop itself: what kind it is, and where it differs from that. */
static bool read_desktop(const struct reader *r)
{
    static const struct {
        const char *key;
        unsigned bit;
    } bits[] = {{"exclusive", WINDOW_EXCLUSIVE}, {"reads_text", WINDOW_READS_TEXT}, {"same_queue", WINDOW_SAME_QUEUE}};
    bool says = lua_getfield(r->L, -1, "desktop") != LUA_TNIL;
    r->rule->abilities = WINDOW_EXCLUSIVE | WINDOW_READS_TEXT;
    if (says) {
        bool tmux = word(r, "desktop", kinds, "x11 or tmux") == 1;
        r->rule->abilities = tmux ? WINDOW_READS_TEXT | WINDOW_SAME_QUEUE : WINDOW_EXCLUSIVE | WINDOW_SAME_QUEUE;
    }
    lua_pop(r->L, 1);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        if (lua_getfield(r->L, -1, bits[i].key) != LUA_TNIL) {
            read_ability(r, bits[i].key, bits[i].bit);
            says = true;
        }
        lua_pop(r->L, 1);
    }
    return r->rule->says_abilities = says;
}

static void refuse_unknown(const struct reader *r)
{
    lua_State *L = r->L;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        bool known = false;
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        for (size_t i = 0; i < FIELDS && !known; i++)
            known = strcmp(fields[i].key, key) == 0;
        if (!known)
            luaL_argerror(L, r->arg,
                          lua_pushfstring(L, "rule %I: unknown field '%s'", r->number, luaL_tolstring(L, -2, NULL)));
    }
}

static void read_rule(const struct reader *r)
{
    lua_State *L = r->L;
    int when = 0;
    if (lua_type(L, -1) != LUA_TTABLE)
        luaL_argerror(L, r->arg, lua_pushfstring(L, "rule %I must be a table", r->number));
    refuse_unknown(r);
    bool options = read_desktop(r);
    for (size_t i = 0; i < FIELDS; i++) {
        if (lua_getfield(L, -1, fields[i].key) != LUA_TNIL) {
            if (fields[i].kind == OTHER)
                read_other(r, fields[i].key);
            else
                read_plain(r, &fields[i]);
            when += strcmp(fields[i].key, "at") == 0 || strcmp(fields[i].key, "on") == 0;
        }
        lua_pop(L, 1);
    }
    if (when + options != 1)
        luaL_argerror(L, r->arg,
                      lua_pushfstring(L, "rule %I must have either a moment (at) or a call (on)", r->number));
}

const struct fake_rule *window_rules_at(lua_State *L, int arg, size_t *n)
{
    luaL_checktype(L, arg, LUA_TTABLE);
    *n = (size_t)luaL_len(L, arg);
    luaL_argcheck(L, *n <= SIZE_MAX / 2 / sizeof(struct fake_rule), arg, "too many rules");
    struct fake_rule *rules = lua_newuserdatauv(L, (*n ? *n : 1) * sizeof *rules, 0);
    for (size_t i = 0; i < *n; i++) {
        struct reader r = {.L = L, .arg = arg, .number = (lua_Integer)i + 1, .rule = &rules[i]};
        rules[i] = (struct fake_rule){0};
        lua_rawgeti(L, arg, r.number);
        read_rule(&r);
        lua_pop(L, 1);
    }
    return rules;
}
