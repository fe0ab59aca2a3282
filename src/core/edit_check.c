/* edit_check.c - what an editor needs, whichever it is. */
#include "edit.h"
#include "term.h"

bool edit_check(bool taken, struct error *err)
{
    if (taken)
        return error_set(err, EC_EXISTS, "stdin: an editor has it already");
    if (!term_is_tty(TERM_IN) || !term_is_tty(TERM_OUT))
        return error_set(err, EC_UNSUPPORTED, "%s: is no terminal", term_is_tty(TERM_IN) ? "stdout" : "stdin");
    return true;
}
