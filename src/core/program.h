/* program.h - the running program and the machine that it runs on, for reports and for starting ourselves again. */
#ifndef DISPATCH_PROGRAM_H
#define DISPATCH_PROGRAM_H
#include "error.h"

#include <stdint.h>

/* Before anything is read or said. Windows: the standard streams are bytes, and a console takes UTF-8 and control
 * sequences until we end. */
void program_start(void);
/* Absolute path of our executable. Caller frees. NULL: EIO (no /proc). */
char *program_path(struct error *err);
char *program_host(void); /* name of the machine; caller frees; NULL: no memory */
char *program_os(void);   /* "Linux 6.1.0 x86_64"; caller frees; NULL: no memory */
int64_t program_pid(void);
#endif
