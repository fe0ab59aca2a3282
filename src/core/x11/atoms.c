#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "atoms.h"

static const char *const names[] = {
#define X11_ATOM_NAME(field, name) name,
    X11_ATOMS(X11_ATOM_NAME)
#undef X11_ATOM_NAME
};
enum { COUNT = sizeof names / sizeof *names };

bool x11_atoms_read(xcb_connection_t *c, struct x11_atoms *atoms)
{
    xcb_intern_atom_cookie_t asked[COUNT];
    xcb_atom_t found[COUNT];
    bool ok = true;
    for (size_t i = 0; i < COUNT; i++)
        asked[i] = xcb_intern_atom(c, false, (uint16_t)strlen(names[i]), names[i]);
    for (size_t i = 0; i < COUNT; i++) {
        xcb_intern_atom_reply_t *reply = xcb_intern_atom_reply(c, asked[i], NULL);
        ok = ok && reply;
        found[i] = reply ? reply->atom : XCB_ATOM_NONE;
        free(reply);
    }
    size_t i = 0;
#define X11_ATOM_STORE(field, name) atoms->field = found[i++];
    X11_ATOMS(X11_ATOM_STORE)
#undef X11_ATOM_STORE
    return ok;
}
