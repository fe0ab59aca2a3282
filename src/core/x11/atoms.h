/* atoms.h - the names that we speak with other clients, as this server numbers them. */
#ifndef DISPATCH_X11_ATOMS_H
#define DISPATCH_X11_ATOMS_H
#include <stdbool.h>
#include <xcb/xcb.h>

#define X11_ATOMS(_)                                                                                                   \
    _(net_supporting_wm_check, "_NET_SUPPORTING_WM_CHECK")                                                             \
    _(net_client_list, "_NET_CLIENT_LIST")                                                                             \
    _(net_current_desktop, "_NET_CURRENT_DESKTOP")                                                                     \
    _(net_active_window, "_NET_ACTIVE_WINDOW")                                                                         \
    _(net_wm_name, "_NET_WM_NAME")                                                                                     \
    _(net_wm_pid, "_NET_WM_PID")                                                                                       \
    _(net_wm_state, "_NET_WM_STATE")                                                                                   \
    _(net_wm_state_hidden, "_NET_WM_STATE_HIDDEN")                                                                     \
    _(net_wm_desktop, "_NET_WM_DESKTOP")                                                                               \
    _(wm_state, "WM_STATE")                                                                                            \
    _(utf8_string, "UTF8_STRING")                                                                                      \
    _(compound_text, "COMPOUND_TEXT")                                                                                  \
    _(text, "TEXT")                                                                                                    \
    _(text_plain, "text/plain")                                                                                        \
    _(text_plain_utf8, "text/plain;charset=utf-8")                                                                     \
    _(password_hint, "x-kde-passwordManagerHint")                                                                      \
    _(targets, "TARGETS")                                                                                              \
    _(multiple, "MULTIPLE")                                                                                            \
    _(timestamp, "TIMESTAMP")                                                                                          \
    _(save_targets, "SAVE_TARGETS")                                                                                    \
    _(delete_it, "DELETE")                                                                                             \
    _(insert_selection, "INSERT_SELECTION")                                                                            \
    _(insert_property, "INSERT_PROPERTY")                                                                              \
    _(incr, "INCR")                                                                                                    \
    _(atom_pair, "ATOM_PAIR")                                                                                          \
    _(clipboard, "CLIPBOARD")                                                                                          \
    _(sending, "_DISPATCH_SENDING")                                                                                    \
    _(holder, "_DISPATCH_HOLDER")                                                                                      \
    _(clock, "_DISPATCH_CLOCK")                                                                                        \
    _(saving, "_DISPATCH_SAVING")

struct x11_atoms {
#define X11_ATOM_FIELD(field, name) xcb_atom_t field;
    X11_ATOMS(X11_ATOM_FIELD)
#undef X11_ATOM_FIELD
};
/* All in one round trip, blocking; for the start of a connection. False: the server went away. */
bool x11_atoms_read(xcb_connection_t *c, struct x11_atoms *atoms);
#endif
