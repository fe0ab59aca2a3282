/* term_draw.c - libuv makes of each sequence the call that the console has for it. */
#include "term_draw.h"

#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <uv.h>
#include <windows.h>

#include "../wait.h"

static struct drawn {
    bool asked, must;
    uv_tty_t tty;
} drawn[3]; /* by enum term_stream */

/* Wine's console takes the mode and prints the sequences. This one saves the cursor's place: nothing is to be seen of
 * it, unless it is shown. */
static bool shows_sequences(HANDLE console)
{
    static const wchar_t sequence[] = L"\x1b\x37";
    CONSOLE_SCREEN_BUFFER_INFO before, after;
    DWORD mode, n, len = 2;
    if (!GetConsoleMode(console, &mode) || !GetConsoleScreenBufferInfo(console, &before))
        return false;
    if (!(mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING))
        return true;
    WriteConsoleW(console, sequence, len, &n, NULL);
    if (!GetConsoleScreenBufferInfo(console, &after) || after.dwCursorPosition.X == before.dwCursorPosition.X)
        return false;
    FillConsoleOutputCharacterW(console, L' ', len, before.dwCursorPosition, &n);
    SetConsoleCursorPosition(console, before.dwCursorPosition);
    return true;
}

static bool open_tty(struct drawn *d, HANDLE console)
{
    HANDLE copy;
    struct uv_loop_s *loop = wait_loop(NULL);
    if (!loop ||
        !DuplicateHandle(GetCurrentProcess(), console, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return false;
    int fd = _open_osfhandle((intptr_t)copy, _O_BINARY);
    if (fd < 0) {
        CloseHandle(copy);
        return false;
    }
    if (uv_tty_init(loop, &d->tty, fd, 0) != 0) {
        _close(fd);
        return false;
    }
    uv_tty_set_vterm_state(UV_TTY_UNSUPPORTED); /* libuv believes the mode */
    return true;
}

bool term_must_draw(enum term_stream stream, void *handle)
{
    struct drawn *d = &drawn[stream];
    if (!d->asked) {
        d->asked = true;
        d->must = shows_sequences(handle) && open_tty(d, handle);
    }
    return d->must;
}

bool term_draw(enum term_stream stream, const char *bytes, size_t len, struct error *err)
{
    while (len > 0) {
        uv_buf_t piece = uv_buf_init((char *)bytes, len < INT_MAX ? (unsigned)len : INT_MAX);
        int n = uv_try_write((uv_stream_t *)&drawn[stream].tty, &piece, 1);
        if (n < 0)
            return wait_uv_error(err, n, "the console");
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}
