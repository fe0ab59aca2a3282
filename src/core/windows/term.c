/* term.c - the console, or whatever stands in its place: what it is, its size, its modes, writing to it. Reading:
 * term_input.c. */
#include "../term.h"

#include <stdlib.h>
#include <windows.h>

#include "../clock.h"
#include "../wait.h"
#include "system.h"
#include "term_draw.h"
#include "term_private.h"

#define PIECE 8192                  /* bytes a write */
#define SIZE_EVERY (250 * CLOCK_MS) /* a console tells of its size only among its input */

static const char *const names[] = {"stdin", "stdout", "stderr"}; /* as enum term_stream */

void *term_handle(enum term_stream stream)
{
    static const DWORD numbers[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    return GetStdHandle(numbers[stream]);
}

bool term_is_tty(enum term_stream stream)
{
    DWORD mode;
    return GetConsoleMode(term_handle(stream), &mode);
}

bool term_size(int *columns, int *rows)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!GetConsoleScreenBufferInfo(term_handle(TERM_OUT), &info))
        return false;
    *columns = info.srWindow.Right - info.srWindow.Left + 1;
    *rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    return *columns > 0 && *rows > 0;
}

/* ---- its size changes ---- */

static struct {
    struct wait_source source; /* first: the source is the whole */
    int columns, rows;
} resized;

static bool size_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    int columns = 0, rows = 0;
    (void)self;
    *again = now + SIZE_EVERY;
    if (!term_size(&columns, &rows) || (columns == resized.columns && rows == resized.rows))
        return false;
    resized.columns = columns;
    resized.rows = rows;
    return true;
}

struct wait_source *term_resized(struct error *err)
{
    (void)err;
    if (!resized.source.ready && !term_size(&resized.columns, &resized.rows))
        resized.columns = resized.rows = 0;
    resized.source.ready = size_ready;
    return &resized.source;
}

/* ---- writing ---- */

/* A console must not get a character in parts. */
static DWORD piece_of(const char *bytes, size_t len)
{
    DWORD n = len < PIECE ? (DWORD)len : PIECE;
    if (n < len)
        while (n > PIECE - 4 && ((unsigned char)bytes[n] & 0xC0) == 0x80)
            n--;
    return n;
}

bool term_write(enum term_stream stream, const char *bytes, size_t len, struct error *err)
{
    if (len > 0 && term_must_draw(stream, term_handle(stream)))
        return term_draw(stream, bytes, len, err);
    while (len > 0) {
        DWORD n = 0;
        if (!WriteFile(term_handle(stream), bytes, piece_of(bytes, len), &n, NULL)) {
            DWORD number = GetLastError();
            if (number == ERROR_NO_DATA || number == ERROR_BROKEN_PIPE || number == ERROR_INVALID_HANDLE)
                return error_set(err, EC_IO, "%s: its reader or its terminal is gone", names[stream]);
            return error_from_windows(err, number, names[stream]);
        }
        bytes += n;
        len -= n;
        if (len > 0 && cancel_pending())
            return error_set(err, EC_INTERRUPTED, "%s: interrupted", names[stream]);
    }
    return true;
}

/* ---- modes ---- */

static DWORD found;          /* the mode that the console had */
static volatile LONG is_set; /* `found` is to be put back */

void term_restore(void)
{
    if (InterlockedExchange(&is_set, 0))
        SetConsoleMode(term_handle(TERM_IN), found);
}

static bool set_mode(DWORD without, struct error *err)
{
    static bool at_exit;
    if (is_set)
        return true;
    if (!GetConsoleMode(term_handle(TERM_IN), &found))
        return error_set(err, EC_UNSUPPORTED, "stdin: is no terminal");
    if (!at_exit)
        at_exit = atexit(term_restore) == 0;
    cancel_on_death(term_restore);
    InterlockedExchange(&is_set, 1);
    if (!term_input_keys(err))
        return false;
    without |= ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_VIRTUAL_TERMINAL_INPUT; /* libuv writes the sequences */
    return SetConsoleMode(term_handle(TERM_IN), found & ~without) ||
           error_from_windows(err, GetLastError(), names[TERM_IN]);
}

bool term_raw(struct error *err)
{
    return set_mode(ENABLE_PROCESSED_INPUT, err);
}

bool term_keys(struct error *err)
{
    return set_mode(0, err);
}
