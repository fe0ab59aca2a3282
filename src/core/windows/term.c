/* term.c - the console, or whatever stands in its place. Its input is read by a thread, since nothing else tells when a
 * console or a pipe of somebody else's can be read. */
#include "../term.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../clock.h"
#include "../wait.h"
#include "../wait_private.h"
#include "system.h"
#include "term_draw.h"
#include "wait_post.h"

#define PIECE 8192                  /* bytes or UTF-16 units a read */
#define SIZE_EVERY (250 * CLOCK_MS) /* a console tells of its size only among its input */

static const char *const names[] = {"stdin", "stdout", "stderr"}; /* as enum term_stream */

static HANDLE handle_of(enum term_stream stream)
{
    static const DWORD numbers[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    return GetStdHandle(numbers[stream]);
}

bool term_is_tty(enum term_stream stream)
{
    DWORD mode;
    return GetConsoleMode(handle_of(stream), &mode);
}

bool term_size(int *columns, int *rows)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!GetConsoleScreenBufferInfo(handle_of(TERM_OUT), &info))
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

bool term_write(enum term_stream stream, const char *bytes, size_t len, struct error *err)
{
    if (len > 0 && term_must_draw(stream, handle_of(stream)))
        return term_draw(stream, bytes, len, err);
    while (len > 0) {
        DWORD n = 0;
        if (!WriteFile(handle_of(stream), bytes, len < PIECE ? (DWORD)len : PIECE, &n, NULL)) {
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

/* ---- raw input ---- */

static DWORD found;          /* the mode that the console had */
static volatile LONG is_raw; /* `found` is to be put back */

void term_restore(void)
{
    if (InterlockedExchange(&is_raw, 0))
        SetConsoleMode(handle_of(TERM_IN), found);
}

bool term_raw(struct error *err)
{
    static bool at_exit;
    if (is_raw)
        return true;
    if (!GetConsoleMode(handle_of(TERM_IN), &found))
        return error_set(err, EC_UNSUPPORTED, "stdin: is no terminal");
    if (!at_exit)
        at_exit = atexit(term_restore) == 0;
    cancel_on_death(term_restore);
    DWORD cooked = ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_PROCESSED_INPUT;
    if (!SetConsoleMode(handle_of(TERM_IN), (found & ~cooked) | ENABLE_VIRTUAL_TERMINAL_INPUT))
        return error_from_windows(err, GetLastError(), names[TERM_IN]);
    InterlockedExchange(&is_raw, 1);
    return true;
}

/* ---- reading ---- */

static struct {
    struct wait_source source; /* first: the source is the whole */
    struct wait_post arrived;
    HANDLE thread, wanted;   /* `wanted`: an event that lets the thread read once more */
    bool reading;            /* the thread has the three fields that follow */
    char *bytes;             /* what came; freed when it is taken */
    size_t len, taken;       /* of them */
    DWORD failed;            /* GetLastError() */
    bool end;                /* of the input */
    wchar_t half;            /* the first half of a character whose second half has not come; 0: none */
    wchar_t wide[PIECE + 1]; /* what the console gave */
} input;

/* What the console read, as UTF-8 with \n for Enter. Ctrl-Z at the beginning of a line is its end of input. */
static void take_console(DWORD n, bool cooked)
{
    wchar_t *text = input.wide;
    size_t len = n + (text[0] == input.half && input.half ? 1u : 0u);
    input.half = len && IS_HIGH_SURROGATE(text[len - 1]) ? text[--len] : 0;
    input.end = cooked && len > 0 && text[0] == 0x1A;
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
        if (!cooked || text[i] != L'\r')
            text[kept++] = text[i];
    input.bytes = input.end ? NULL : wide_to_utf8_n(text, kept, &input.len);
    if (!input.bytes && !input.end)
        input.failed = ERROR_NOT_ENOUGH_MEMORY;
}

static void read_console(HANDLE in)
{
    DWORD n = 0, mode = 0;
    DWORD before = input.half ? 1 : 0;
    input.wide[0] = input.half;
    SetLastError(0);
    bool ok = ReadConsoleW(in, input.wide + before, PIECE - before, &n, NULL);
    DWORD number = GetLastError();
    GetConsoleMode(in, &mode);
    if (!ok)
        input.failed = number;
    else if (n == 0 && number == ERROR_OPERATION_ABORTED)
        input.len = 0; /* Ctrl-C: its handler has been told */
    else
        take_console(n, mode & ENABLE_LINE_INPUT);
}

static void read_file(HANDLE in)
{
    DWORD n = 0;
    input.bytes = malloc(PIECE);
    if (!input.bytes) {
        input.failed = ERROR_NOT_ENOUGH_MEMORY;
    } else if (!ReadFile(in, input.bytes, PIECE, &n, NULL)) {
        DWORD number = GetLastError();
        input.end = number == ERROR_BROKEN_PIPE || number == ERROR_HANDLE_EOF;
        input.failed = input.end ? 0 : number;
    } else {
        input.end = n == 0;
    }
    input.len = n;
}

static DWORD WINAPI read_input(void *unused)
{
    HANDLE in = handle_of(TERM_IN);
    DWORD mode;
    (void)unused;
    while (WaitForSingleObject(input.wanted, INFINITE) == WAIT_OBJECT_0) {
        if (GetConsoleMode(in, &mode))
            read_console(in);
        else
            read_file(in);
        wait_post_send(&input.arrived);
    }
    return 0;
}

static void read_on(void)
{
    input.reading = true;
    SetEvent(input.wanted);
}

static void take_arrival(struct wait_post *post)
{
    (void)post;
    input.reading = false;
    if (input.len == 0 && !input.end && !input.failed) { /* Ctrl-C */
        free(input.bytes);
        input.bytes = NULL;
        read_on();
    }
    wait_mark(&input.source);
}

static bool input_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    (void)self;
    (void)now;
    *again = CLOCK_NEVER; /* asked when it is marked */
    return !input.reading;
}

struct wait_source *term_input(struct error *err)
{
    if (input.thread)
        return &input.source;
    input.source.ready = input_ready;
    input.arrived.run = take_arrival;
    input.wanted = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (wait_post_prepare() && input.wanted)
        input.thread = CreateThread(NULL, 0, read_input, NULL, 0, NULL);
    if (!input.thread) {
        error_from_windows(err, GetLastError(), names[TERM_IN]);
        if (input.wanted)
            CloseHandle(input.wanted);
        return NULL;
    }
    read_on();
    return &input.source;
}

bool term_read(char *bytes, size_t max, size_t *len, bool *end, struct error *err)
{
    bool waits = !input.thread; /* who did not ask for the source */
    *len = 0;
    *end = false;
    if (!term_input(err))
        return false;
    if (waits) {
        enum wait_result result = wait_for(&input.source, CLOCK_NEVER, err);
        if (result != WAIT_READY)
            return wait_refuse(result, err, names[TERM_IN]);
    }
    if (input.reading)
        return true;
    size_t left = input.len - input.taken;
    *len = left < max ? left : max;
    if (*len > 0)
        memcpy(bytes, input.bytes + input.taken, *len);
    input.taken += *len;
    if (input.taken < input.len)
        return true;
    free(input.bytes);
    input.bytes = NULL;
    input.len = input.taken = 0;
    if (*len > 0 && !input.end && !input.failed)
        read_on();
    else if (*len == 0 && input.failed)
        return error_from_windows(err, input.failed, names[TERM_IN]);
    else
        *end = *len == 0 && max > 0 && input.end;
    return true;
}
