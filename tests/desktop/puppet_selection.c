/* puppet_selection.c - the puppet as the owner and as the reader of selections. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xcb/xfixes.h>

#include "puppet.h"

/* Owning -------------------------------------------------------------------------------------------------------- */

static char *content = "";
static bool by_pieces, tells_targets = true;
static size_t piece_at;

static void serve(const xcb_selection_request_event_t *e)
{
    const xcb_atom_t list[] = {targets, utf8, atom("application/x-puppet")};
    const uint32_t mask = XCB_EVENT_MASK_PROPERTY_CHANGE;
    uint32_t len = (uint32_t)strlen(content);
    xcb_atom_t property = e->property;
    if (e->target == targets && !tells_targets) {
        property = XCB_ATOM_NONE;
    } else if (e->target == targets) {
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
    size_t all = strlen(content), left = all - piece_at, len = all < 4000000 ? 50000 : 4000000;
    len = left < len ? left : len;
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, e->window, e->atom, utf8, 8, (uint32_t)len, content + piece_at);
    piece_at += len;
}

static void take(xcb_atom_t selection)
{
    xcb_set_selection_owner(c, own, selection, XCB_CURRENT_TIME);
    sync_up();
}

int keep(void)
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
        else if (type == XCB_KEY_PRESS)
            say("key");
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
char *read_selection(xcb_window_t w, xcb_atom_t selection, xcb_atom_t target, size_t *len, int pieces)
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

static void say_text(const char *what, const char *text, size_t len)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    printf("%s %zu %u\n", what, len, hash);
    fflush(stdout);
}

static char *last_read;
static size_t last_len;

void read_aloud(xcb_window_t w, xcb_atom_t target)
{
    size_t len = 0;
    char *text = read_selection(w, atom("CLIPBOARD"), target, &len, 0);
    if (text)
        say_text("text", text, len);
    else
        say("refused");
    free(last_read);
    last_read = text;
    last_len = len;
}

void accept_text(void)
{
    if (last_read)
        say_text("accepted", last_read, last_len);
    free(last_read);
    last_read = NULL;
}

int watch_clipboard(bool reads, bool takes)
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
            say_text("text", text, len);
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

/* Verbs --------------------------------------------------------------------------------------------------------- */

int own_selection(const char *selection, const char *text, const char *times)
{
    size_t n = times ? strtoul(times, NULL, 10) : 1, len = strlen(text);
    by_pieces = n > 1;
    tells_targets = n > 0;
    n = n ? n : 1;
    content = calloc(n * len + 1, 1);
    for (size_t i = 0; i < n; i++)
        memcpy(content + i * len, text, len);
    take(atom(selection));
    say("owned");
    return keep();
}

int read_selection_once(const char *selection, const char *target)
{
    size_t len = 0;
    alarm(5);
    char *text = read_selection(own, atom(selection), atom(target), &len, 0);
    bool ok = text && fwrite(text, 1, len, stdout) == len;
    free(text);
    return ok ? 0 : 1;
}

/* UTF8_STRING, something that nobody has, and TIMESTAMP in one request: prints what was answered to each. */
int read_pairs(const char *selection)
{
    const xcb_atom_t pairs[] = {utf8, atom("P1"), atom("bogus"), atom("P2"), atom("TIMESTAMP"), atom("P3")};
    alarm(5);
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, own, answer, atom("ATOM_PAIR"), 32, 6, pairs);
    xcb_convert_selection(c, own, atom(selection), atom("MULTIPLE"), answer, XCB_CURRENT_TIME);
    free(await(XCB_SELECTION_NOTIFY));
    xcb_get_property_reply_t *told = fetch(own);
    const xcb_atom_t *answered = xcb_get_property_value(told);
    for (int i = 0; i < 3 && i < xcb_get_property_value_length(told) / 8; i++) {
        xcb_get_property_reply_t *p =
            xcb_get_property_reply(c, xcb_get_property(c, 1, own, pairs[2 * i + 1], 0, 0, 1 << 20), NULL);
        printf("%s %s %d\n",
               i == 0   ? "text"
               : i == 1 ? "bogus"
                        : "time",
               answered[2 * i] ? "given" : "refused", p->type == incr ? -1 : xcb_get_property_value_length(p));
        free(p);
    }
    free(told);
    return 0;
}
