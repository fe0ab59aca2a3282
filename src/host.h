/* host.h - the Lua state: modules, the copy of lua/ inside the binary, tracebacks, and Ctrl-C. */
#ifndef DISPATCH_HOST_H
#define DISPATCH_HOST_H

/* Runs what the command line names and answers the exit status: 0 PASS, 1 the script failed, 2 blocked, 64 wrong usage,
 * 130 interrupted. argv: UTF-8, argv[argc] is NULL. */
int host_run(int argc, char **argv);
#endif
