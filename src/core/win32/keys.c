/* keys.c - chords through SendInput, which puts all of them into the input queue in one go. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

enum { MARK = 0xE8 };             /* "Virtual-Key Codes": unassigned */
enum { PIECE = 64, EVENTS = 12 }; /* characters under one check of the focus; events of one stroke, at most */

#define READ_TIME (500 * CLOCK_MS) /* for the target to take a key; it is not sent again when it does not */

static const struct {
    uint32_t sym;
    WORD key;
    bool extended; /* "About Keyboard Input, Extended-Key Flag" */
} KEYS[] = {
    {0xff0d, VK_RETURN, false}, {0xff8d, VK_RETURN, true},   {0xff09, VK_TAB, false},  {0xff1b, VK_ESCAPE, false},
    {0xff63, VK_INSERT, true},  {0xffff, VK_DELETE, true},   {0xff08, VK_BACK, false}, {0xff50, VK_HOME, true},
    {0xff57, VK_END, true},     {0xff51, VK_LEFT, true},     {0xff52, VK_UP, true},    {0xff53, VK_RIGHT, true},
    {0xff54, VK_DOWN, true},    {0xff55, VK_PRIOR, true},    {0xff56, VK_NEXT, true},  {0xff67, VK_APPS, true},
    {0xff7f, VK_NUMLOCK, true}, {0xffe5, VK_CAPITAL, false}, {0xffeb, VK_LWIN, true},  {0xffec, VK_RWIN, true},
};
static const struct {
    unsigned mod;
    WORD key;
} MODIFIERS[] = {{CHORD_CTRL, VK_CONTROL}, {CHORD_ALT, VK_MENU}, {CHORD_SUPER, VK_LWIN}, {CHORD_SHIFT, VK_SHIFT}};

static bool is_extended(WORD key)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (KEYS[i].key == key && key != VK_RETURN)
            return KEYS[i].extended;
    return false;
}

/* A key of this keyboard that writes it, alone or with Shift. */
static bool find_character(uint32_t character, HKL keyboard, struct win32_stroke *stroke)
{
    SHORT found = character < 0x10000 ? VkKeyScanExW((wchar_t)character, keyboard) : -1;
    if (found == -1 || (found & 0x600)) /* bits of Ctrl and Alt: AltGr */
        return false;
    stroke->key = (WORD)(found & 0xff);
    stroke->mods |= (found & 0x100) ? (unsigned)CHORD_SHIFT : 0u;
    return true;
}

bool win32_keys_plan(const struct chord *chord, HKL keyboard, struct win32_stroke *stroke)
{
    *stroke = (struct win32_stroke){.mods = chord->mods};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (KEYS[i].sym == chord->sym) {
            stroke->key = KEYS[i].key;
            return true;
        }
    if (chord->sym >= 0xffbe && chord->sym < 0xffbe + 24) {
        stroke->key = (WORD)(VK_F1 + (chord->sym - 0xffbe));
        return true;
    }
    uint32_t character = chord->sym > 0x01000000 ? chord->sym - 0x01000000 : chord->sym;
    bool letter = (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
    if (find_character(character, keyboard, stroke))
        return true;
    if (chord->mods & ~(unsigned)CHORD_SHIFT) { /* on a keyboard of other letters Ctrl+V is where V would be */
        stroke->key = letter ? (WORD)(character >= 'a' ? character - 'a' + 'A' : character) : (WORD)0;
        return letter;
    }
    stroke->character = character;
    return chord->sym < 0xff00 || chord->sym > 0x01000000;
}

bool win32_keys_chord(const struct window_pin *pin, const char *text, struct win32_stroke *stroke, struct error *err)
{
    struct chord chord;
    HWND window = win32_check_window(pin);
    HKL keyboard = GetKeyboardLayout(window ? GetWindowThreadProcessId(window, NULL) : 0);
    if (!chord_parse(text, &chord, err))
        return false;
    return win32_keys_plan(&chord, keyboard, stroke) ||
           error_set(err, EC_UNSUPPORTED, "'%s': this keyboard has no such key", text);
}

static INPUT event_of(WORD key, DWORD flags)
{
    INPUT event = {.type = INPUT_KEYBOARD};
    event.ki.wVk = key;
    event.ki.wScan = (WORD)MapVirtualKeyW(key, MAPVK_VK_TO_VSC);
    event.ki.dwFlags = flags | (is_extended(key) ? KEYEVENTF_EXTENDEDKEY : 0u);
    return event;
}

static size_t add_character(INPUT *to, uint32_t character)
{
    wchar_t units[2] = {(wchar_t)character, 0};
    size_t n = 1, len = 0;
    if (character >= 0x10000) {
        units[0] = (wchar_t)(0xD800 + ((character - 0x10000) >> 10));
        units[1] = (wchar_t)(0xDC00 + ((character - 0x10000) & 0x3ff));
        n = 2;
    }
    for (size_t i = 0; i < n; i++)
        for (DWORD up = 0; up <= KEYEVENTF_KEYUP; up += KEYEVENTF_KEYUP) {
            INPUT event = {.type = INPUT_KEYBOARD};
            event.ki.wScan = units[i];
            event.ki.dwFlags = KEYEVENTF_UNICODE | up;
            to[len++] = event;
        }
    return len;
}

/* Pressed and released; answers how many events. */
static size_t add_stroke(INPUT *to, const struct win32_stroke *stroke)
{
    enum { N = sizeof MODIFIERS / sizeof *MODIFIERS };
    size_t len = 0;
    for (size_t i = 0; i < N; i++)
        if (stroke->mods & MODIFIERS[i].mod)
            to[len++] = event_of(MODIFIERS[i].key, 0);
    if (stroke->key) {
        to[len++] = event_of(stroke->key, 0);
        to[len++] = event_of(stroke->key, KEYEVENTF_KEYUP);
    } else {
        len += add_character(to + len, stroke->character);
    }
    for (size_t i = N; i-- > 0;)
        if (stroke->mods & MODIFIERS[i].mod)
            to[len++] = event_of(MODIFIERS[i].key, KEYEVENTF_KEYUP);
    return len;
}

/* NULL: nobody holds one. */
static const char *held_key(void)
{
    static const struct {
        int key;
        const char *name;
    } all[] = {{VK_LSHIFT, "left Shift"},   {VK_RSHIFT, "right Shift"}, {VK_LCONTROL, "left Ctrl"},
               {VK_RCONTROL, "right Ctrl"}, {VK_LMENU, "left Alt"},     {VK_RMENU, "right Alt"},
               {VK_LWIN, "left Windows"},   {VK_RWIN, "right Windows"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (GetAsyncKeyState(all[i].key) & 0x8000)
            return all[i].name;
    return NULL;
}

static bool wait_for_hands(const struct window_pin *pin, int64_t until, struct error *err)
{
    const char *name;
    while ((name = held_key())) {
        int64_t now = clock_now(), next = now + WIN32_LOOK;
        if (now >= until)
            return error_set(err, EC_FOCUS, "'%s': the key %s is held down and would change ours; release it",
                             pin->token, name);
        enum wait_result result = wait_for(NULL, next < until ? next : until, err);
        if (result != WAIT_EXPIRED)
            return wait_refuse(result, err, "a held key was not released");
    }
    return true;
}

/* The system took only some of them ("SendInput, Return value"): what may be down goes up again. */
static bool take_back(const struct window_pin *pin, INPUT *events, UINT sent, struct error *err)
{
    for (UINT i = 0; i < sent; i++) {
        events[i].ki.dwFlags |= KEYEVENTF_KEYUP;
        SendInput(1, &events[i], sizeof *events);
    }
    return error_set(err, EC_REFUSED,
                     "'%s': the system does not let our keys through; a program with higher rights is in front",
                     pin->token);
}

/* The thread that the keys go to. 0: none; or it hangs, and who is joined with it hangs as well. */
static DWORD thread_in_front(void)
{
    GUITHREADINFO info = {.cbSize = sizeof info};
    bool told = GetGUIThreadInfo(0, &info) && info.hwndFocus && !IsHungAppWindow(info.hwndFocus);
    return told ? GetWindowThreadProcessId(info.hwndFocus, NULL) : 0;
}

static bool press_mark(DWORD flags)
{
    INPUT mark = event_of(MARK, flags);
    return SendInput(1, &mark, sizeof mark) == 1;
}

/* Looks until the shared state says so, or `until`. */
static bool mark_is(bool down, int64_t until)
{
    for (;;) {
        int64_t now = clock_now();
        if ((GetKeyState(MARK) < 0) == down)
            return true;
        if (now >= until || wait_for(NULL, now + CLOCK_MS, NULL) == WAIT_INTERRUPTED)
            return false;
    }
}

/* Presses them, and sees whether the target's thread took them out of its queue: a focus that moves before that loses
 * them. Threads that share their input state share what GetKeyState() tells, which changes as keys are taken, one after
 * the other ("AttachThreadInput", "GetKeyState"). So a key without a meaning goes behind ours, and is seen to arrive.
 * Joined before the first of ours is on its way: that forgets which keys are down, and a Ctrl+A would become an A. */
struct sight {
    DWORD theirs; /* the thread that is joined with ours; 0: none */
    bool marked;  /* what it sees of the mark is not left over from earlier */
};

static int64_t read_by(int64_t until)
{
    int64_t end = clock_now() + READ_TIME;
    return end < until ? end : until;
}

static struct sight sight_open(int64_t until)
{
    MSG message;
    struct sight s = {.theirs = thread_in_front()};
    PeekMessageW(&message, NULL, WM_USER, WM_USER, PM_NOREMOVE); /* only a thread with a queue can be joined */
    if (s.theirs && !AttachThreadInput(GetCurrentThreadId(), s.theirs, TRUE))
        s.theirs = 0;
    s.marked = s.theirs && mark_is(false, read_by(until));
    return s;
}

/* Did it take all that was pressed before this? */
static bool sight_see(const struct sight *s, int64_t until)
{
    if (!s->marked || !press_mark(0))
        return false;
    bool read = mark_is(true, read_by(until));
    press_mark(KEYEVENTF_KEYUP);
    return read;
}

static void sight_close(const struct sight *s)
{
    if (s->theirs)
        AttachThreadInput(GetCurrentThreadId(), s->theirs, FALSE);
}

static UINT press_and_see(INPUT *events, UINT len, int64_t until, bool *read)
{
    struct sight sight = sight_open(until);
    UINT sent = SendInput(len, events, sizeof *events);
    *read = sent == len && sight_see(&sight, until);
    sight_close(&sight);
    return sent;
}

bool win32_keys_press(struct win32 *w, const struct window_pin *pin, const struct win32_stroke *strokes, size_t n,
                      int64_t until, bool arm, struct win32_pressed *pressed, struct error *err)
{
    INPUT *events = malloc(n * EVENTS * sizeof *events);
    UINT len = 0;
    *pressed = (struct win32_pressed){0};
    if (!events)
        return error_set(err, EC_MEMORY, "no memory for keys");
    for (size_t i = 0; i < n; i++)
        len += (UINT)add_stroke(events + len, &strokes[i]);
    bool ok = wait_for_hands(pin, until, err) && win32_focus_stays(pin, arm || w->pasted, until, err);
    if (ok) {
        if (arm)
            win32_paste_arm(w, true);
        UINT sent = arm ? SendInput(len, events, sizeof *events) /* that the text is read proves more */
                        : press_and_see(events, len, until, &pressed->read);
        pressed->went = sent > 0;
        ok = sent == len || take_back(pin, events, sent, err);
    }
    free(events);
    return ok;
}

bool win32_keys_send(struct win32 *w, const struct window_pin *pin, const char *chord, int64_t until,
                     enum window_taken *taken, struct error *err)
{
    struct win32_stroke stroke;
    struct win32_pressed pressed = {0};
    bool ok = win32_keys_chord(pin, chord, &stroke, err) && win32_check(pin, err) &&
              win32_keys_press(w, pin, &stroke, 1, until, false, &pressed, err);
    *taken = pressed.read ? TAKEN_WHOLE : pressed.went ? TAKEN_UNKNOWN : TAKEN_NOT;
    if (ok && pressed.read)
        win32_paste_done(w);
    return ok;
}

bool win32_keys_by(struct win32 *w, const struct window_pin *pin, struct window_press *press, int64_t until,
                   enum window_taken *taken, struct error *err)
{
    *taken = TAKEN_NOT;
    if (!win32_check(pin, err) || !win32_focus_stays(pin, w->pasted, until, err))
        return false;
    struct sight sight = sight_open(until);
    bool went = press->now(press, err);
    /* Were the focus elsewhere, the mark would go there, and say nothing of the keys before it. */
    bool read = went && win32_focus_verify(pin, false, NULL) && sight_see(&sight, until);
    sight_close(&sight);
    if (went)
        *taken = read ? TAKEN_WHOLE : TAKEN_UNKNOWN;
    if (read)
        win32_paste_done(w);
    return went;
}

bool win32_keys_type(struct win32 *w, const struct window_pin *pin, const char *text, int64_t until, struct error *err)
{
    struct win32_stroke strokes[PIECE];
    if (!chord_can_be_typed(text, err) || !win32_check(pin, err))
        return false;
    HKL keyboard = GetKeyboardLayout(GetWindowThreadProcessId(win32_check_window(pin), NULL));
    while (*text) {
        size_t n = 0;
        struct win32_pressed pressed;
        for (; n < PIECE && *text; n++) {
            const struct chord chord = {.sym = chord_sym(chord_character(&text))};
            if (!win32_keys_plan(&chord, keyboard, &strokes[n]))
                return error_set(err, EC_UNSUPPORTED, "this keyboard has no key for U+%04X",
                                 (unsigned)chord.sym & 0xffffffu);
        }
        if (!win32_keys_press(w, pin, strokes, n, until, false, &pressed, err))
            return false;
    }
    return true;
}
