/* puppet_person.c - the puppet as a person at the keyboard, and as programs that meddle with another's window. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xcb/xtest.h>

#include "puppet.h"

static void pause_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* 0: no key has it. */
static xcb_keycode_t code_of(xcb_keysym_t sym)
{
    const xcb_setup_t *setup = xcb_get_setup(c);
    uint8_t first = setup->min_keycode, count = (uint8_t)(setup->max_keycode - first + 1), code = 0;
    xcb_get_keyboard_mapping_reply_t *map =
        xcb_get_keyboard_mapping_reply(c, xcb_get_keyboard_mapping(c, first, count), NULL);
    for (unsigned i = 0; !code && i < count; i++)
        if (xcb_get_keyboard_mapping_keysyms(map)[i * map->keysyms_per_keycode] == sym)
            code = (uint8_t)(first + i);
    free(map);
    return code;
}

void press_key(xcb_keysym_t sym, bool down, bool up)
{
    xcb_keycode_t code = code_of(sym);
    if (down)
        xcb_test_fake_input(c, XCB_KEY_PRESS, code, XCB_CURRENT_TIME, XCB_WINDOW_NONE, 0, 0, 0);
    if (up)
        xcb_test_fake_input(c, XCB_KEY_RELEASE, code, XCB_CURRENT_TIME, XCB_WINDOW_NONE, 0, 0, 0);
    sync_up();
}

int type_along(xcb_keysym_t sym, long times, long ms)
{
    say("types");
    for (; times > 0; times--, pause_ms(ms))
        press_key(sym, true, true);
    return 0;
}

static void take_focus(xcb_window_t w)
{
    xcb_set_input_focus(c, XCB_INPUT_FOCUS_PARENT, w, XCB_CURRENT_TIME);
    sync_up();
}

int move_focus(char *const *ids, size_t n, long times, long ms)
{
    for (long i = 0; i < times; i++, pause_ms(ms))
        take_focus((xcb_window_t)strtoul(ids[(size_t)i % n], NULL, 0));
    return 0;
}

int mark(xcb_window_t w)
{
    const xcb_key_press_event_t event = {
        .response_type = XCB_KEY_PRESS, .detail = code_of(KEY_F12), .root = screen->root, .event = w, .same_screen = 1};
    xcb_send_event(c, 0, w, XCB_EVENT_MASK_KEY_PRESS, (const char *)&event);
    sync_up();
    return 0;
}

int retitle(xcb_window_t w, const char *title)
{
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, atom("_NET_WM_NAME"), utf8, 8, (uint32_t)strlen(title), title);
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8, (uint32_t)strlen(title),
                        title);
    sync_up();
    return 0;
}
