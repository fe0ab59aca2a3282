/* highlight.c - a frame that flashes around a window: its edge on the screen is inverted, and inverted again. */
#include "win32.h"

enum { THICK = 6, FLASHES = 3 };
#define PERIOD (200 * CLOCK_MS) /* shown so long, and so long not */

static void invert(const RECT *r)
{
    int width = r->right - r->left, height = r->bottom - r->top;
    HDC screen = GetDC(NULL);
    PatBlt(screen, r->left, r->top, width, THICK, DSTINVERT);
    PatBlt(screen, r->left, r->bottom - THICK, width, THICK, DSTINVERT);
    PatBlt(screen, r->left, r->top + THICK, THICK, height - 2 * THICK, DSTINVERT);
    PatBlt(screen, r->right - THICK, r->top + THICK, THICK, height - 2 * THICK, DSTINVERT);
    ReleaseDC(NULL, screen);
    GdiFlush();
}

static bool flash(const RECT *where, int64_t until, struct error *err)
{
    for (int i = 0; i < 2 * FLASHES; i++) {
        int64_t end = clock_now() + PERIOD;
        bool shown = i % 2 == 0;
        invert(where);
        enum wait_result result = wait_for(NULL, end < until ? end : until, err);
        if (result == WAIT_EXPIRED && end <= until)
            continue;
        if (shown)
            invert(where); /* nothing of it stays on the screen */
        if (result != WAIT_EXPIRED)
            return wait_refuse(result, err, "the flash did not end");
        return error_set(err, EC_TIMEOUT, "the flash did not end within its deadline");
    }
    return true;
}

bool win32_highlight(const struct window_pin *pin, int64_t until, struct error *err)
{
    RECT where;
    if (!win32_picture_aim(pin, &where, err))
        return false;
    if (where.right - where.left <= 2 * THICK || where.bottom - where.top <= 2 * THICK)
        return error_set(err, EC_REFUSED, "'%s': its window is too small for a frame", pin->token);
    if (!flash(&where, until, err))
        return false;
    HWND window = win32_check_window(pin); /* it may have moved meanwhile */
    RedrawWindow(window, NULL, NULL, RDW_INVALIDATE | RDW_FRAME | RDW_ALLCHILDREN);
    return true;
}
