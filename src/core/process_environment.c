/* process_environment.c - looking into an environment; how two names compare is the system's. */
#include <string.h>

#include "process_private.h"

bool process_is_replaced(const char *entry, const char *const *set, const char *const *unset)
{
    for (; unset && *unset; unset++)
        if (process_is_named(entry, *unset, strlen(*unset)))
            return true;
    for (; set && *set; set++)
        if (process_is_named(entry, *set, process_name_length(*set)))
            return true;
    return false;
}

const char *process_lookup(char *const *env, const char *name)
{
    size_t len = strlen(name);
    for (; *env; env++)
        if (process_is_named(*env, name, len))
            return *env + len + 1;
    return NULL;
}
