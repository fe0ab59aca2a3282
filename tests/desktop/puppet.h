/* puppet.h - what the files of the puppet share. */
#ifndef DISPATCH_TESTS_PUPPET_H
#define DISPATCH_TESTS_PUPPET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xcb/xcb.h>

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
#endif
