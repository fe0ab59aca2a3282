/* puppet - an X11 client that does what a test needs somebody else to do: puppet VERB ARGUMENTS. Says on stdout what
 * happened, a line each; ends by itself or when it is killed.
 *
 *     own SELECTION TEXT [TIMES]    the user's clipboard; "owned", and "lost" at the end. TIMES: it is that many
 *                                   times the text, and comes by pieces (INCR); 0: once, and no list of TARGETS
 *     read SELECTION TARGET         prints the bytes; exit 1: refused, 2: no answer within 5 s
 *     pairs SELECTION               asks for several forms at once (MULTIPLE); prints what came
 *     manager | thief | copier      whenever CLIPBOARD changes hands: reads it | takes it | reads it, then takes it
 *     window TITLE MANNER           a window that logs its keys as "key KEYSYM STATE", and when a grab takes its focus
 *                                   and gives it back as "focus grabbed", "focus regained". Return takes what was read:
 *                                   "accepted BYTES HASH". MANNER, when Insert or a key with Ctrl comes:
 *         log | deaf                nothing more
 *         read | twice              reads CLIPBOARD | TARGETS and then twice the text; "text BYTES HASH"
 *         aside                     reads CLIPBOARD through another connection of the same process
 *         stall | die | half        reads no piece | closes before it asks | closes after the first piece
 *         close | renumber | rename reads, then closes | says that it is another process's | has another title
 *         stubborn                  takes the focus back whenever it goes
 *         plain                     title as STRING in Latin-1 instead of _NET_WM_NAME
 *     windows N                     so many, with titles of their own; "shown"
 *     press | release | tap KEYSYM  (a number) by XTEST: what a person's hand does
 *     type KEYSYM TIMES MS          taps it so often, MS between; "types" before the first
 *     focus TIMES MS ID...          gives these windows the focus in turn, without asking the window manager
 *     mark ID                       sends F12 to the window alone: who has come to it ("marked") has read all before it
 *     retitle ID TITLE              as the window's own program would
 *     group N | state               locks a keyboard group | prints "locks MODS group N"
 *     tell ID ATOM VALUE...         a client message to the root window: orders to the window manager
 *     map                           prints a hash of the keyboard's map
 *     grab                          takes the keyboard, as a menu does; "grabbed", and "key" for each that it gets
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xkb.h>

#include "puppet.h"

xcb_connection_t *c;
xcb_screen_t *screen;
xcb_window_t own;
xcb_atom_t utf8, targets, incr, answer;

void say(const char *text)
{
    puts(text);
    fflush(stdout);
}

xcb_atom_t atom(const char *name)
{
    xcb_intern_atom_reply_t *r = xcb_intern_atom_reply(c, xcb_intern_atom(c, 0, (uint16_t)strlen(name), name), NULL);
    xcb_atom_t a = r ? r->atom : XCB_ATOM_NONE;
    free(r);
    return a;
}

void sync_up(void)
{
    free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
}

static xcb_window_t make_window(const char *title, bool latin1)
{
    const uint32_t mask = XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_FOCUS_CHANGE |
                          XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    const uint32_t values[] = {screen->white_pixel, mask};
    xcb_window_t w = xcb_generate_id(c);
    xcb_create_window(c, XCB_COPY_FROM_PARENT, w, screen->root, 10, 10, 300, 200, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                      XCB_COPY_FROM_PARENT, XCB_CW_BACK_PIXEL | XCB_CW_EVENT_MASK, values);
    if (title && latin1)
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8, (uint32_t)strlen(title),
                            title);
    else if (title)
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, atom("_NET_WM_NAME"), utf8, 8, (uint32_t)strlen(title), title);
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, XCB_ATOM_WM_CLASS, XCB_ATOM_STRING, 8, 14, "puppet\0Puppet");
    return w;
}

/* Windows ------------------------------------------------------------------------------------------------------- */

/* words: with a blank around each. */
static bool is_among(const char *words, const char *word)
{
    const char *at = *word ? strstr(words, word) : NULL;
    return at && at[-1] == ' ' && at[strlen(word)] == ' ';
}

static void on_chord(xcb_window_t w, const char *manner)
{
    static const char readers[] = " read close renumber rename ";
    const uint32_t other = 4242; /* a process id */
    if (is_among(readers, manner)) {
        read_aloud(w, utf8);
    } else if (!strcmp(manner, "twice")) {
        read_aloud(w, targets);
        read_aloud(w, utf8);
        read_aloud(w, utf8);
    } else if (!strcmp(manner, "aside")) {
        xcb_connection_t *first = c;
        c = xcb_connect(NULL, NULL);
        read_aloud(make_window(NULL, false), utf8);
        xcb_disconnect(c);
        c = first;
    } else if (!strcmp(manner, "stall")) {
        xcb_convert_selection(c, w, atom("CLIPBOARD"), utf8, answer, XCB_CURRENT_TIME);
    } else if (!strcmp(manner, "half")) {
        size_t len;
        free(read_selection(w, atom("CLIPBOARD"), utf8, &len, 1));
    }
    if (is_among(" die half close ", manner)) {
        xcb_destroy_window(c, w);
        say("died");
    } else if (!strcmp(manner, "renumber")) {
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, atom("_NET_WM_PID"), XCB_ATOM_CARDINAL, 32, 1, &other);
    } else if (!strcmp(manner, "rename")) {
        retitle(w, "another title");
    }
}

static void on_key(xcb_window_t w, const xcb_key_press_event_t *e, const char *manner)
{
    xcb_get_keyboard_mapping_reply_t *map =
        xcb_get_keyboard_mapping_reply(c, xcb_get_keyboard_mapping(c, e->detail, 1), NULL);
    unsigned group = e->state >> 13 & 3, column = map->keysyms_per_keycode > 2 * group ? 2 * group : 0;
    xcb_keysym_t sym = xcb_get_keyboard_mapping_keysyms(map)[column + (e->state & 1)];
    if (!sym)
        sym = xcb_get_keyboard_mapping_keysyms(map)[column];
    free(map);
    if (sym >= 0xffe1 && sym <= 0xffee)
        return; /* a modifier alone */
    if (sym == KEY_F12)
        say("marked");
    if (sym == KEY_F12 || !strcmp(manner, "deaf"))
        return;
    printf("key %x %x\n", (unsigned)sym, (unsigned)e->state);
    fflush(stdout);
    if (sym == KEY_RETURN)
        accept_text();
    else if (sym == KEY_INSERT || (e->state & XCB_MOD_MASK_CONTROL))
        on_chord(w, manner);
}

static int show(const char *title, const char *manner)
{
    xcb_window_t w = make_window(title, !strcmp(manner, "plain"));
    xcb_map_window(c, w);
    for (xcb_generic_event_t *e; xcb_flush(c), (e = xcb_wait_for_event(c)); free(e)) {
        int type = e->response_type & 0x7f;
        const xcb_focus_out_event_t *focus = (void *)e;
        if ((type == XCB_FOCUS_IN || type == XCB_FOCUS_OUT) && focus->mode != XCB_NOTIFY_MODE_NORMAL)
            say(type == XCB_FOCUS_IN ? "focus regained" : "focus grabbed");
        if (type == XCB_MAP_NOTIFY)
            say("shown");
        else if (type == XCB_KEY_PRESS)
            on_key(w, (void *)e, manner);
        else if (type == XCB_FOCUS_OUT && !strcmp(manner, "stubborn") && focus->mode == XCB_NOTIFY_MODE_NORMAL)
            xcb_set_input_focus(c, XCB_INPUT_FOCUS_PARENT, w, XCB_CURRENT_TIME);
    }
    return 0;
}

static int show_many(int n)
{
    for (int i = 0; i < n; i++) {
        char title[32];
        snprintf(title, sizeof title, "window %d", i);
        xcb_window_t w = make_window(title, false);
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8, (uint32_t)strlen(title),
                            title); /* for old programs */
        xcb_map_window(c, w);
    }
    sync_up();
    say("shown");
    return keep();
}

/* Keys ---------------------------------------------------------------------------------------------------------- */

static void keyboard(const char *verb, const char *number)
{
    free(xcb_xkb_use_extension_reply(c, xcb_xkb_use_extension(c, 1, 0), NULL));
    if (!strcmp(verb, "group"))
        xcb_xkb_latch_lock_state(c, XCB_XKB_ID_USE_CORE_KBD, 0, 0, 1, (uint8_t)atoi(number), 0, 0, 0);
    xcb_xkb_get_state_reply_t *s = xcb_xkb_get_state_reply(c, xcb_xkb_get_state(c, XCB_XKB_ID_USE_CORE_KBD), NULL);
    printf("held %x locks %x group %u\n", (unsigned)s->baseMods, (unsigned)s->lockedMods, (unsigned)s->group);
    free(s);
}

static int tell(int argc, char **argv)
{
    xcb_client_message_event_t message = {.response_type = XCB_CLIENT_MESSAGE,
                                          .format = 32,
                                          .window = (xcb_window_t)strtoul(argv[2], NULL, 0),
                                          .type = atom(argv[3])};
    for (int i = 4; i < argc && i < 9; i++)
        message.data.data32[i - 4] = (uint32_t)strtoul(argv[i], NULL, 0);
    char bytes[32] = {0};
    memcpy(bytes, &message, sizeof message);
    xcb_send_event(c, 0, screen->root, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT,
                   bytes);
    sync_up();
    return 0;
}

static int say_map(void)
{
    const xcb_setup_t *setup = xcb_get_setup(c);
    xcb_get_keyboard_mapping_reply_t *map = xcb_get_keyboard_mapping_reply(
        c, xcb_get_keyboard_mapping(c, setup->min_keycode, (uint8_t)(setup->max_keycode - setup->min_keycode + 1)),
        NULL);
    size_t n = (size_t)xcb_get_keyboard_mapping_keysyms_length(map);
    const xcb_keysym_t *syms = xcb_get_keyboard_mapping_keysyms(map);
    /* keys without a meaning count for nothing: the width of the map grows and stays so */
    uint32_t hash = 0;
    for (size_t i = 0; i < n; i++)
        if (syms[i])
            hash += (uint32_t)(i / map->keysyms_per_keycode + 1) * 2654435761u ^ syms[i];
    printf("map %u\n", (unsigned)hash);
    free(map);
    return 0;
}

static int grab(void)
{
    xcb_grab_keyboard_reply_t *r = xcb_grab_keyboard_reply(
        c, xcb_grab_keyboard(c, 0, screen->root, XCB_CURRENT_TIME, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC), NULL);
    say(r && r->status == XCB_GRAB_STATUS_SUCCESS ? "grabbed" : "refused");
    free(r);
    return keep();
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "", *one = argc > 2 ? argv[2] : "", *two = argc > 3 ? argv[3] : "";
    c = xcb_connect(NULL, NULL);
    if (xcb_connection_has_error(c))
        return 3;
    screen = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    utf8 = atom("UTF8_STRING"), targets = atom("TARGETS"), incr = atom("INCR"), answer = atom("PUPPET");
    own = make_window(NULL, false);
    if (!strcmp(verb, "own")) {
        return own_selection(one, two, argc > 4 ? argv[4] : NULL);
    } else if (!strcmp(verb, "read")) {
        return read_selection_once(one, two);
    } else if (!strcmp(verb, "pairs")) {
        return read_pairs(one);
    } else if (!strcmp(verb, "manager") || !strcmp(verb, "thief") || !strcmp(verb, "copier")) {
        return watch_clipboard(verb[0] != 't', verb[0] != 'm');
    } else if (!strcmp(verb, "window")) {
        return show(one, two);
    } else if (!strcmp(verb, "windows")) {
        return show_many(atoi(one));
    } else if (!strcmp(verb, "press") || !strcmp(verb, "release") || !strcmp(verb, "tap")) {
        press_key((xcb_keysym_t)strtoul(one, NULL, 0), verb[0] != 'r', verb[0] != 'p');
        return 0;
    } else if (!strcmp(verb, "type") && argc > 4) {
        return type_along((xcb_keysym_t)strtoul(one, NULL, 0), atol(two), atol(argv[4]));
    } else if (!strcmp(verb, "focus") && argc > 4) {
        return move_focus(argv + 4, (size_t)argc - 4, atol(one), atol(two));
    } else if (!strcmp(verb, "mark")) {
        return mark((xcb_window_t)strtoul(one, NULL, 0));
    } else if (!strcmp(verb, "retitle")) {
        return retitle((xcb_window_t)strtoul(one, NULL, 0), two);
    } else if (!strcmp(verb, "group") || !strcmp(verb, "state")) {
        keyboard(verb, one);
        return 0;
    } else if (!strcmp(verb, "tell") && argc > 3) {
        return tell(argc, argv);
    } else if (!strcmp(verb, "map")) {
        return say_map();
    } else if (!strcmp(verb, "grab")) {
        return grab();
    }
    fprintf(stderr, "puppet: unknown verb '%s'\n", verb);
    return 64;
}
