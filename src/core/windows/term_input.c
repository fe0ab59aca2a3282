/* term_input.c - what is typed, or comes from whatever stands in the console's place. Lines of a console and bytes of a
 * pipe or file are read by a thread, since nothing else tells when they can be; keys by libuv, which writes them as
 * terminals do. */
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <windows.h>

#include "../clock.h"
#include "../wait.h"
#include "../wait_private.h"
#include "system.h"
#include "term_private.h"
#include "wait_post.h"

#define PIECE 8192 /* bytes or UTF-16 units a read */

static const char NAME[] = "stdin";

static struct {
    struct wait_source source; /* first: the source is the whole */
    struct wait_post arrived;
    HANDLE thread, wanted;   /* `wanted`: an event that lets the thread read once more */
    bool by_keys;            /* libuv reads */
    bool reading;            /* the thread or libuv has the fields that follow */
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
    HANDLE in = term_handle(TERM_IN);
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

/* ---- key by key ---- */

static uv_tty_t keyboard;

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    (void)handle, (void)wanted;
    input.bytes = malloc(PIECE);
    *buf = uv_buf_init(input.bytes, input.bytes ? PIECE : 0);
}

static void take_keys(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    if (n == 0)
        return;
    uv_read_stop(stream);
    input.len = n > 0 ? (size_t)n : 0;
    input.failed = n < 0 ? ERROR_READ_FAULT : 0;
    input.reading = false;
    wait_mark(&input.source);
}

/* The console's mode stays what it is: it is term.c's. */
static bool open_keyboard(struct error *err)
{
    HANDLE copy;
    DWORD mode = 0;
    struct uv_loop_s *loop = wait_loop(err);
    if (!loop)
        return false;
    if (!DuplicateHandle(GetCurrentProcess(), term_handle(TERM_IN), GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return error_from_windows(err, GetLastError(), NAME);
    GetConsoleMode(copy, &mode);
    int status = uv_tty_init(loop, &keyboard, _open_osfhandle((intptr_t)copy, _O_BINARY), 1);
    if (status == 0)
        status = uv_tty_set_mode(&keyboard, UV_TTY_MODE_RAW);
    SetConsoleMode(term_handle(TERM_IN), mode);
    return status == 0 || wait_uv_error(err, status, NAME);
}

bool term_input_keys(struct error *err)
{
    if (!input.by_keys)
        input.by_keys = open_keyboard(err);
    return input.by_keys;
}

/* ---- the source ---- */

static void read_on(void)
{
    input.reading = true;
    if (!input.by_keys)
        SetEvent(input.wanted);
    else if (uv_read_start((uv_stream_t *)&keyboard, give_room, take_keys) != 0)
        take_keys((uv_stream_t *)&keyboard, UV_EIO, NULL);
}

static void take_arrival(struct wait_post *post)
{
    (void)post;
    input.reading = false;
    if (input.len == 0) { /* Ctrl-C, the end, a failure */
        free(input.bytes);
        input.bytes = NULL;
    }
    wait_mark(&input.source);
}

static bool is_there(void)
{
    return input.len > 0 || input.end || input.failed;
}

/* Nothing is read before somebody waits for it: where the console edits the line, it stands where the cursor was then,
 * so a prompt must have been written. */
static bool input_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    (void)self;
    (void)now;
    *again = CLOCK_NEVER; /* asked when it is marked */
    if (!input.reading && !is_there())
        read_on();
    return !input.reading;
}

static bool start_thread(struct error *err)
{
    input.arrived.run = take_arrival;
    input.wanted = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (wait_post_prepare() && input.wanted)
        input.thread = CreateThread(NULL, 0, read_input, NULL, 0, NULL);
    if (input.thread)
        return true;
    error_from_windows(err, GetLastError(), NAME);
    if (input.wanted)
        CloseHandle(input.wanted);
    return false;
}

struct wait_source *term_input(struct error *err)
{
    if (!input.thread && !input.by_keys && !start_thread(err))
        return NULL;
    input.source.ready = input_ready;
    return &input.source;
}

bool term_read(char *bytes, size_t max, size_t *len, bool *end, struct error *err)
{
    bool waits = !input.source.ready; /* who did not ask for the source */
    *len = 0;
    *end = false;
    if (!term_input(err))
        return false;
    if (waits) {
        enum wait_result result = wait_for(&input.source, CLOCK_NEVER, err);
        if (result != WAIT_READY)
            return wait_refuse(result, err, NAME);
    }
    if (input.reading || !is_there())
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
    if (*len > 0)
        wait_mark(&input.source);
    else if (*len == 0 && input.failed)
        return error_from_windows(err, input.failed, NAME);
    else
        *end = *len == 0 && max > 0 && input.end;
    return true;
}
