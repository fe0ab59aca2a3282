/* command_line.h - argv as the one string that Windows hands to a child. */
#ifndef DISPATCH_WINDOWS_COMMAND_LINE_H
#define DISPATCH_WINDOWS_COMMAND_LINE_H
#include <wchar.h>

/* Quoted so that CommandLineToArgvW and the C run time read argv again (Microsoft's "Parsing C command-line
 * arguments"). Caller frees. NULL: no memory. */
wchar_t *command_line(const char *const *argv);
/* "NAME=VALUE" strings as a block for CreateProcessW: sorted by name, without regard to case. Caller frees. NULL: no
 * memory. */
wchar_t *environment_block(char *const *env);
#endif
