/* puppet.h - what the files of the puppet share. */
#ifndef DISPATCH_TESTS_PUPPET_H
#define DISPATCH_TESTS_PUPPET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xcb/xcb.h>

#define KEY_RETURN 0xff0d
#define KEY_INSERT 0xff63
#define KEY_F12 0xffc9

extern xcb_connection_t *c;
extern xcb_screen_t *screen;
extern xcb_window_t own;
extern xcb_atom_t utf8, targets, incr, answer;

void say(const char *text);
xcb_atom_t atom(const char *name);
void sync_up(void);

/* puppet_selection.c */
int own_selection(const char *selection, const char *text, const char *times); /* times: by pieces, so often the text */
int read_selection_once(const char *selection, const char *target);
int read_pairs(const char *selection);
int watch_clipboard(bool reads, bool takes);
int keep(void);
char *read_selection(xcb_window_t w, xcb_atom_t selection, xcb_atom_t target, size_t *len, int pieces);
void read_aloud(xcb_window_t w, xcb_atom_t target);
void accept_text(void); /* what was read aloud last; says so */

/* puppet_person.c */
void press_key(xcb_keysym_t sym, bool down, bool up);
int type_along(xcb_keysym_t sym, long times, long ms);
int move_focus(char *const *ids, size_t n, long times, long ms);
int mark(xcb_window_t w);
int retitle(xcb_window_t w, const char *title);
#endif
