/* starve.h - an allocator that refuses one request. Whatever our code and the libraries that are linked in ask of
 * malloc(3) and its kin comes through here (the linker's --wrap); what libc asks of itself does not. */
#ifndef DISPATCH_STARVE_H
#define DISPATCH_STARVE_H
#include <stdbool.h>

/* Counts requests from now on and refuses the n-th, from 1. 0: none. */
void starve_begin(long n);
void starve_pause(bool paused); /* what the test itself asks for does not count */
long starve_requests(void);     /* that were counted */
bool starve_refused(void);      /* was there an n-th one? */
void starve_spare_libuv(void);  /* before its loop: libuv 1.44 aborts where its table of descriptors cannot grow */

enum { STARVE_LEAK = 97 }; /* exit status after a report of AddressSanitizer or LeakSanitizer */
#endif
