#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Caller frees; NULL when memory ran out. */
static char *format_message(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    char *text = len < 0 ? NULL : malloc((size_t)len + 1);
    va_end(again);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

bool error_set(struct error *err, const char *code, const char *format, ...)
{
    if (!err)
        return false;
    va_list args;
    va_start(args, format);
    char *message = format_message(format, args); /* before the old one goes: it may be among the arguments */
    va_end(args);
    error_clear(err);
    err->code = code;
    err->message = message;
    return false;
}

static const char *code_of_errno(int number)
{
    switch (number) {
    case EEXIST: return EC_EXISTS;
    case ENOENT:
    case ENOTDIR: return EC_MISSING;
    case EINVAL:
    case ENAMETOOLONG:
    case EILSEQ: return EC_INVALID;
    case EACCES:
    case EPERM:
    case EROFS: return EC_DENIED;
    case ENOMEM: return EC_MEMORY;
    case ETIMEDOUT: return EC_TIMEOUT;
    case EINTR: return EC_INTERRUPTED;
    case ENOSYS: return EC_UNSUPPORTED;
    default: return EC_IO;
    }
}

bool error_from_errno(struct error *err, int number, const char *what)
{
    return error_set(err, code_of_errno(number), "%s: %s", what, strerror(number));
}

bool error_prefix(struct error *err, const char *format, ...)
{
    if (!err || !err->code)
        return false;
    va_list args;
    va_start(args, format);
    char *before = format_message(format, args);
    va_end(args);
    if (before)
        error_set(err, err->code, "%s: %s", before, err->message ? err->message : "out of memory");
    free(before);
    return false;
}

void error_clear(struct error *err)
{
    free(err->message);
    err->code = NULL;
    err->message = NULL;
}
