/* puppet - an X11 client that does what a test needs somebody else to do: puppet VERB ARGUMENTS. Says on stdout what
 * happened, a line each; ends by itself or when it is killed.
 *
 *     own SELECTION TEXT [incr]     the user's clipboard; "owned", and "lost" at the end
 *     read SELECTION TARGET         prints the bytes; exit 1: refused, 2: no answer within 5 s
 *     manager | thief | copier      whenever CLIPBOARD changes hands: reads it | takes it | reads it, then takes it
 *     window TITLE MANNER           a window that logs its keys as "key KEYSYM STATE"; MANNER, when a key comes:
 *         log | deaf                nothing more
 *         read | twice              reads CLIPBOARD | TARGETS and then twice the text; "text BYTES HASH"
 *         stall | die | half        reads no piece | closes before it asks | closes after the first piece
 *         stubborn                  takes the focus back whenever it goes
 *         plain                     title as STRING in Latin-1 instead of _NET_WM_NAME
 *     windows N                     so many, with titles of their own; "shown"
 *     press | release | tap KEYSYM  (a number) by XTEST: what a person's hand does
 *     group N | state               locks a keyboard group | prints "locks MODS group N"
 *     tell ID ATOM VALUE...         a client message to the root window: orders to the window manager
 *     map                           prints a hash of the keyboard's map
 *     grab                          takes the keyboard, as a menu does; "grabbed"
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xcb/xcb.h>
#include <xcb/xfixes.h>
#include <xcb/xkb.h>
#include <xcb/xtest.h>

static xcb_connection_t *c;
static xcb_screen_t *screen;
static xcb_window_t own;
static xcb_atom_t utf8, targets, incr, answer;

static void say(const char *text)
{
    puts(text);
    fflush(stdout);
}

static xcb_atom_t atom(const char *name)
{
    xcb_intern_atom_reply_t *r = xcb_intern_atom_reply(c, xcb_intern_atom(c, 0, (uint16_t)strlen(name), name), NULL);
    xcb_atom_t a = r ? r->atom : XCB_ATOM_NONE;
    free(r);
    return a;
}

static void sync_up(void)
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

/* Owning -------------------------------------------------------------------------------------------------------- */

static const char *content = "";
static bool by_pieces;
static size_t piece_at;

static void serve(const xcb_selection_request_event_t *e)
{
    const xcb_atom_t list[] = {targets, utf8, atom("application/x-puppet")};
    const uint32_t mask = XCB_EVENT_MASK_PROPERTY_CHANGE;
    uint32_t len = (uint32_t)strlen(content);
    xcb_atom_t property = e->property;
    if (e->target == targets) {
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, e->requestor, property, XCB_ATOM_ATOM, 32, 3, list);
    } else if (e->target == utf8 && by_pieces) {
        piece_at = 0;
        xcb_change_window_attributes(c, e->requestor, XCB_CW_EVENT_MASK, &mask);
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, e->requestor, property, incr, 32, 1, &len);
    } else if (e->target == utf8) {
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, e->requestor, property, utf8, 8, len, content);
    } else if (e->target == list[2]) {
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, e->requestor, property, list[2], 8, 8, "\0strange");
    } else {
        property = XCB_ATOM_NONE;
    }
    xcb_selection_notify_event_t told = {.response_type = XCB_SELECTION_NOTIFY,
                                         .time = e->time,
                                         .requestor = e->requestor,
                                         .selection = e->selection,
                                         .target = e->target,
                                         .property = property};
    char bytes[32] = {0};
    memcpy(bytes, &told, sizeof told);
    xcb_send_event(c, 0, e->requestor, 0, bytes);
}

static void next_piece(const xcb_property_notify_event_t *e)
{
    if (!by_pieces || e->state != XCB_PROPERTY_DELETE || e->window == own)
        return;
    size_t left = strlen(content) - piece_at, len = left < 1000 ? left : 1000;
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, e->window, e->atom, utf8, 8, (uint32_t)len, content + piece_at);
    piece_at += len;
}

static void take(xcb_atom_t selection)
{
    xcb_set_selection_owner(c, own, selection, XCB_CURRENT_TIME);
    sync_up();
}

static int keep(void)
{
    xcb_generic_event_t *e;
    for (; xcb_flush(c), (e = xcb_wait_for_event(c)); free(e)) {
        int type = e->response_type & 0x7f;
        if (type == XCB_SELECTION_REQUEST)
            serve((void *)e);
        else if (type == XCB_PROPERTY_NOTIFY)
            next_piece((void *)e);
        else if (type == XCB_SELECTION_CLEAR)
            say("lost");
    }
    return 0;
}

/* Reading ------------------------------------------------------------------------------------------------------- */

static xcb_generic_event_t *await(int type)
{
    xcb_generic_event_t *e;
    for (; xcb_flush(c), (e = xcb_wait_for_event(c)); free(e))
        if ((e->response_type & 0x7f) == type)
            return e;
    exit(3);
}

static xcb_get_property_reply_t *fetch(xcb_window_t w)
{
    return xcb_get_property_reply(c, xcb_get_property(c, 1, w, answer, XCB_GET_PROPERTY_TYPE_ANY, 0, 1 << 24), NULL);
}

/* NULL: refused. Caller frees. pieces: after so many it gives up; 0: never. */
static char *read_selection(xcb_window_t w, xcb_atom_t selection, xcb_atom_t target, size_t *len, int pieces)
{
    xcb_convert_selection(c, w, selection, target, answer, XCB_CURRENT_TIME);
    xcb_selection_notify_event_t *told = (void *)await(XCB_SELECTION_NOTIFY);
    bool refused = told->property == XCB_ATOM_NONE;
    free(told);
    if (refused)
        return NULL;
    char *all = calloc(1, 1);
    *len = 0;
    xcb_get_property_reply_t *p = fetch(w);
    bool whole = p->type != incr;
    for (int n = 0; p; n++) {
        size_t more = whole || n ? (size_t)xcb_get_property_value_length(p) : 0;
        bool last = whole || (n && !more);
        all = realloc(all, *len + more + 1);
        memcpy(all + *len, xcb_get_property_value(p), more);
        all[ *len += more] = '\0';
        free(p);
        p = NULL;
        while (!last && !p && !(pieces && n == pieces)) {
            xcb_property_notify_event_t *e = (void *)await(XCB_PROPERTY_NOTIFY);
            if (e->atom == answer && e->state == XCB_PROPERTY_NEW_VALUE)
                p = fetch(w);
            free(e);
        }
    }
    return all;
}

static void say_text(const char *text, size_t len)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    printf("text %zu %u\n", len, hash);
    fflush(stdout);
}

static void read_aloud(xcb_window_t w, xcb_atom_t target)
{
    size_t len = 0;
    char *text = read_selection(w, atom("CLIPBOARD"), target, &len, 0);
    if (text)
        say_text(text, len);
    else
        say("refused");
    free(text);
}

static int watch_clipboard(bool reads, bool takes)
{
    uint8_t base = xcb_get_extension_data(c, &xcb_xfixes_id)->first_event;
    free(xcb_xfixes_query_version_reply(c, xcb_xfixes_query_version(c, 5, 0), NULL));
    xcb_xfixes_select_selection_input(c, own, atom("CLIPBOARD"), XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER);
    sync_up();
    say("watching");
    for (xcb_generic_event_t *e; xcb_flush(c), (e = xcb_wait_for_event(c)); free(e)) {
        int type = e->response_type & 0x7f;
        const xcb_xfixes_selection_notify_event_t *changed = (void *)e;
        if (type == XCB_SELECTION_REQUEST)
            serve((void *)e);
        if (type != base || changed->owner == own || changed->owner == XCB_WINDOW_NONE)
            continue;
        size_t len;
        char *text = reads ? read_selection(own, atom("CLIPBOARD"), utf8, &len, 0) : NULL;
        if (text)
            say_text(text, len);
        if (!takes) {
            free(text);
            continue;
        }
        content = text ? text : "stolen"; /* for good */
        take(atom("CLIPBOARD"));
        say("took");
    }
    return 0;
}

/* Windows ------------------------------------------------------------------------------------------------------- */

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
    printf("key %x %x\n", (unsigned)sym, (unsigned)e->state);
    fflush(stdout);
    if (sym == 0xff0d)
        return;
    if (!strcmp(manner, "read")) {
        read_aloud(w, utf8);
    } else if (!strcmp(manner, "twice")) {
        read_aloud(w, targets);
        read_aloud(w, utf8);
        read_aloud(w, utf8);
    } else if (!strcmp(manner, "stall")) {
        xcb_convert_selection(c, w, atom("CLIPBOARD"), utf8, answer, XCB_CURRENT_TIME);
    } else if (!strcmp(manner, "half")) {
        size_t len;
        free(read_selection(w, atom("CLIPBOARD"), utf8, &len, 1));
    }
    if (!strcmp(manner, "die") || !strcmp(manner, "half")) {
        xcb_destroy_window(c, w);
        say("died");
    }
}

static int show(const char *title, const char *manner)
{
    xcb_window_t w = make_window(title, !strcmp(manner, "plain"));
    xcb_map_window(c, w);
    for (xcb_generic_event_t *e; xcb_flush(c), (e = xcb_wait_for_event(c)); free(e)) {
        int type = e->response_type & 0x7f;
        const xcb_focus_out_event_t *focus = (void *)e;
        if (type == XCB_MAP_NOTIFY)
            say("shown");
        else if (type == XCB_KEY_PRESS && strcmp(manner, "deaf") != 0)
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

static void key(const char *verb, xcb_keysym_t sym)
{
    const xcb_setup_t *setup = xcb_get_setup(c);
    uint8_t first = setup->min_keycode, count = (uint8_t)(setup->max_keycode - first + 1), code = 0;
    xcb_get_keyboard_mapping_reply_t *map =
        xcb_get_keyboard_mapping_reply(c, xcb_get_keyboard_mapping(c, first, count), NULL);
    for (unsigned i = 0; !code && i < count; i++)
        if (xcb_get_keyboard_mapping_keysyms(map)[i * map->keysyms_per_keycode] == sym)
            code = (uint8_t)(first + i);
    free(map);
    if (strcmp(verb, "release") != 0)
        xcb_test_fake_input(c, XCB_KEY_PRESS, code, XCB_CURRENT_TIME, XCB_WINDOW_NONE, 0, 0, 0);
    if (strcmp(verb, "press") != 0)
        xcb_test_fake_input(c, XCB_KEY_RELEASE, code, XCB_CURRENT_TIME, XCB_WINDOW_NONE, 0, 0, 0);
    sync_up();
}

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
        content = two;
        by_pieces = argc > 4;
        take(atom(one));
        say("owned");
        return keep();
    } else if (!strcmp(verb, "read")) {
        size_t len = 0;
        alarm(5);
        char *text = read_selection(own, atom(one), atom(two), &len, 0);
        bool ok = text && fwrite(text, 1, len, stdout) == len;
        free(text);
        return ok ? 0 : 1;
    } else if (!strcmp(verb, "manager") || !strcmp(verb, "thief") || !strcmp(verb, "copier")) {
        return watch_clipboard(verb[0] != 't', verb[0] != 'm');
    } else if (!strcmp(verb, "window")) {
        return show(one, two);
    } else if (!strcmp(verb, "windows")) {
        return show_many(atoi(one));
    } else if (!strcmp(verb, "press") || !strcmp(verb, "release") || !strcmp(verb, "tap")) {
        key(verb, (xcb_keysym_t)strtoul(one, NULL, 0));
        return 0;
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
