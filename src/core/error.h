/* error.h - how core says no.
 *
 * A core function that can be refused returns false (or NULL) and fills a struct error. The code is one of the
 * stable words below and has static storage; the message is owned by the struct.
 *     if (!archive_extract(a, folder, &err))
 *         return bind_refuse(L, &err);        // src/bind: pushes nil, message, CODE and clears err
 */
#ifndef DISPATCH_ERROR_H
#define DISPATCH_ERROR_H
#include <stdbool.h>

struct error {
    const char *code; /* "ENOENT"; NULL: no error */
    char *message;    /* UTF-8, names the thing, the rule and the remedy; NULL when memory ran out */
};

/* The world's codes. Anything else is a bug. */
#define EC_EXISTS "EEXIST"
#define EC_MISSING "ENOENT"
#define EC_INVALID "EINVAL" /* a zip, title, marker or setting broke a rule */
#define EC_DENIED "EACCES"
#define EC_IO "EIO"
#define EC_MEMORY "ENOMEM"
#define EC_TIMEOUT "ETIMEOUT"
#define EC_INTERRUPTED "EINTR" /* Ctrl-C, SIGTERM, SIGHUP, console closed */
#define EC_LOCKED "ELOCKED"    /* the message names the holder */
#define EC_UNSUPPORTED "EUNSUPPORTED"
#define EC_NO_WINDOW "ENOWINDOW"
#define EC_AMBIGUOUS "EAMBIGUOUS"
#define EC_FOCUS "EFOCUS"
#define EC_REFUSED "EREFUSED"      /* elevated, locked, other session, dead pane, modal, draft */
#define EC_GONE "EGONE"            /* the pinned window closed or changed hands */
#define EC_NO_DISPLAY "ENODISPLAY" /* the display or tmux server went away: nothing can be retried */

#if defined(__MINGW32__)
#include <stdio.h> /* which printf this is */
#define ERROR_PRINTF(text, first) __attribute__((format(__MINGW_PRINTF_FORMAT, text, first)))
#elif defined(__GNUC__)
#define ERROR_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define ERROR_PRINTF(text, first)
#endif

/* Always returns false, so that a refusal is one line: return error_set(err, EC_MISSING, "%s: no such file", path);
 * An earlier error in *err is freed. err NULL: the caller does not care. */
bool error_set(struct error *err, const char *code, const char *format, ...) ERROR_PRINTF(3, 4);
/* The same from errno: "WHAT: what the system says". libuv's statuses: wait_uv_error() in wait.h. */
bool error_from_errno(struct error *err, int number, const char *what);
/* Puts a sentence before the message: "SENTENCE: message". Answers false. */
bool error_prefix(struct error *err, const char *format, ...) ERROR_PRINTF(2, 3);
void error_clear(struct error *err);
#endif
