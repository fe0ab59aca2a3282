/* picture.c - what is on the screen, as PNG. From the screen itself: asked to draw itself (PrintWindow) many a window
 * draws nothing and says that it did. Read in strips, so that memory stays flat. */
#include "win32.h"

#include <dwmapi.h>
#include <stdlib.h>

#include "../png.h"

enum { STRIP = 64 }; /* lines */

/* The frame that is seen: what GetWindowRect tells has borders that are not drawn. */
static bool frame_of(HWND window, RECT *where)
{
    if (DwmGetWindowAttribute(window, DWMWA_EXTENDED_FRAME_BOUNDS, where, sizeof *where) == S_OK &&
        where->right > where->left)
        return true;
    return GetWindowRect(window, where);
}

bool win32_picture_aim(const struct window_pin *pin, RECT *where, struct error *err)
{
    if (!win32_check_there(pin, err))
        return false;
    HWND window = win32_check_window(pin);
    if (IsIconic(window) || !IsWindowVisible(window) || (win32_find_flags(window) & WINDOW_ELSEWHERE))
        return error_set(err, EC_REFUSED, "'%s': it is minimised or on another desktop, there is nothing to be seen",
                         pin->token);
    return frame_of(window, where) || error_set(err, EC_GONE, "'%s': its window was closed", pin->token);
}

struct cover {
    HWND window; /* of which a picture is wanted */
    RECT part;
    HWND by;
};

/* From the front to the back: whoever comes before the window lies upon it. Its own dialogs belong into the picture;
 * what lets clicks through (overlays of drivers and recorders) hides nothing. */
static BOOL CALLBACK look_for_cover(HWND other, LPARAM looked_for)
{
    enum { SEEN_THROUGH = WS_EX_LAYERED | WS_EX_TRANSPARENT };
    struct cover *c = (struct cover *)looked_for;
    RECT frame, both;
    if (other == c->window)
        return FALSE;
    if (!IsWindowVisible(other) || win32_find_flags(other) || GetAncestor(other, GA_ROOTOWNER) == c->window ||
        (GetWindowLongW(other, GWL_EXSTYLE) & SEEN_THROUGH) == SEEN_THROUGH)
        return TRUE;
    if (frame_of(other, &frame) && IntersectRect(&both, &frame, &c->part))
        c->by = other;
    return !c->by;
}

/* What is copied is the screen: with another window upon this one, a picture of that. */
static bool is_uncovered(const struct window_pin *pin, const RECT *part, struct error *err)
{
    struct cover cover = {.window = win32_check_window(pin), .part = *part};
    EnumWindows(look_for_cover, (LPARAM)&cover);
    if (!cover.by)
        return true;
    char *title = win32_title(cover.by);
    error_set(err, EC_REFUSED, "'%s': covered by %s%s%s", pin->token, title && *title ? "'" : "",
              title && *title ? title : "a window without a title", title && *title ? "'" : "");
    free(title);
    return false;
}

static RECT all_screens(void)
{
    RECT r = {.left = GetSystemMetrics(SM_XVIRTUALSCREEN), .top = GetSystemMetrics(SM_YVIRTUALSCREEN)};
    r.right = r.left + GetSystemMetrics(SM_CXVIRTUALSCREEN);
    r.bottom = r.top + GetSystemMetrics(SM_CYVIRTUALSCREEN);
    return r;
}

struct strip {
    HDC screen, memory;
    HBITMAP bitmap;
    uint8_t *pixels; /* blue, green, red, nothing; line by line from the top */
    uint8_t *line;   /* as PNG has it */
    int width;
};

static bool strip_open(struct strip *s, int width, struct error *err)
{
    BITMAPINFO form = {.bmiHeader = {.biSize = sizeof form.bmiHeader,
                                     .biWidth = width,
                                     .biHeight = -STRIP, /* from the top */
                                     .biPlanes = 1,
                                     .biBitCount = 32,
                                     .biCompression = BI_RGB}};
    void *pixels = NULL;
    s->width = width;
    s->screen = GetDC(NULL);
    s->memory = CreateCompatibleDC(s->screen);
    s->bitmap = CreateDIBSection(s->screen, &form, DIB_RGB_COLORS, &pixels, NULL, 0);
    s->pixels = pixels;
    s->line = malloc((size_t)width * 3);
    if (!s->screen || !s->memory || !s->bitmap || !s->line)
        return error_set(err, EC_MEMORY, "no memory for a picture");
    SelectObject(s->memory, s->bitmap);
    return true;
}

static void strip_close(struct strip *s)
{
    if (s->memory)
        DeleteDC(s->memory);
    if (s->bitmap)
        DeleteObject(s->bitmap);
    if (s->screen)
        ReleaseDC(NULL, s->screen);
    free(s->line);
}

static bool copy_lines(struct strip *s, struct png *png, int lines, struct error *err)
{
    for (int y = 0; y < lines; y++) {
        const uint8_t *from = s->pixels + (size_t)y * (size_t)s->width * 4;
        for (int x = 0; x < s->width; x++, from += 4) {
            s->line[x * 3] = from[2];
            s->line[x * 3 + 1] = from[1];
            s->line[x * 3 + 2] = from[0];
        }
        if (!png_line(png, s->line, err))
            return false;
    }
    return true;
}

static bool copy(const RECT *part, struct strip *s, struct png *png, struct error *err)
{
    int height = part->bottom - part->top;
    for (int done = 0; done < height; done += STRIP) {
        int lines = height - done < STRIP ? height - done : STRIP;
        if (!BitBlt(s->memory, 0, 0, s->width, lines, s->screen, part->left, part->top + done, SRCCOPY | CAPTUREBLT))
            return error_from_windows(err, GetLastError(), "the screen");
        GdiFlush(); /* before the bits are read ("CreateDIBSection, Remarks") */
        if (!copy_lines(s, png, lines, err))
            return false;
    }
    return true;
}

bool win32_picture(const struct window_pin *pin, const char *path, struct error *err)
{
    /* Pixels as they are on each screen, not as a program that knows of one scale is told. */
    DPI_AWARENESS_CONTEXT before = SetThreadDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
    RECT screens = all_screens(), where = screens, part;
    struct strip strip = {0};
    struct png *png = NULL;
    bool ok = !pin || win32_picture_aim(pin, &where, err);
    if (ok && !IntersectRect(&part, &where, &screens))
        ok = error_set(err, EC_REFUSED, "'%s': it is beyond the edge of the screen", pin ? pin->token : "");
    ok = ok && (!pin || is_uncovered(pin, &part, err));
    if (ok) {
        uint32_t width = (uint32_t)(part.right - part.left), height = (uint32_t)(part.bottom - part.top);
        png = png_new(width, height, err);
        ok = png && strip_open(&strip, (int)width, err) && copy(&part, &strip, png, err) &&
             (!pin || is_uncovered(pin, &part, err)) && png_save(png, path, err);
    }
    strip_close(&strip);
    png_free(png);
    SetThreadDpiAwarenessContext(before);
    return ok;
}
