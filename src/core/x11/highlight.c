/* highlight.c - a frame that flashes around a window: four bars above all others, without touching the window itself.
 * What they covered is drawn again by the server and the programs, as after any window that closes. */
#include <stdlib.h>

#include "x11.h"

enum { THICK = 6, BARS = 4, FLASHES = 3 };
#define PERIOD (200 * CLOCK_MS) /* shown so long, and so long not */

/* Amber: seen on dark and on light. Where the server has palettes and this colour is not to be had: white. */
static bool pick_colour(struct x11 *x, int64_t until, uint32_t *pixel, struct error *err)
{
    xcb_alloc_color_reply_t *reply = NULL;
    unsigned asked = xcb_alloc_color(x->c, x->screen->default_colormap, 0xFFFF, 0x9800, 0).sequence;
    if (!x11_wire_reply(x, asked, until, &reply, err))
        return false;
    *pixel = reply ? reply->pixel : x->screen->white_pixel;
    free(reply);
    return true;
}

/* The bars lie on the window's own edge, inside: a window that fills the screen has them as well. */
static void make_bars(struct x11 *x, const struct x11_rect *r, uint32_t pixel, xcb_window_t *bars)
{
    int thick_x = r->width < 2 * THICK ? r->width / 2 + 1 : THICK;
    int thick_y = r->height < 2 * THICK ? r->height / 2 + 1 : THICK;
    const struct x11_rect where[BARS] = {{r->x, r->y, r->width, thick_y},
                                         {r->x, r->y + r->height - thick_y, r->width, thick_y},
                                         {r->x, r->y, thick_x, r->height},
                                         {r->x + r->width - thick_x, r->y, thick_x, r->height}};
    const uint32_t values[] = {pixel, 1}; /* override-redirect: no window manager takes them for windows */
    for (int i = 0; i < BARS; i++) {
        bars[i] = xcb_generate_id(x->c);
        xcb_create_window(x->c, XCB_COPY_FROM_PARENT, bars[i], x->root, (int16_t)where[i].x, (int16_t)where[i].y,
                          (uint16_t)where[i].width, (uint16_t)where[i].height, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                          x->screen->root_visual, XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values);
    }
}

static void show_bars(struct x11 *x, const xcb_window_t *bars, bool shown)
{
    const uint32_t above = XCB_STACK_MODE_ABOVE;
    for (int i = 0; i < BARS; i++) {
        if (!shown)
            xcb_unmap_window(x->c, bars[i]);
        else
            xcb_configure_window(x->c, bars[i], XCB_CONFIG_WINDOW_STACK_MODE, &above);
        if (shown)
            xcb_map_window(x->c, bars[i]);
    }
    xcb_flush(x->c);
}

static bool flash(struct x11 *x, const xcb_window_t *bars, int64_t until, struct error *err)
{
    for (int i = 0; i < 2 * FLASHES - 1; i++) {
        int64_t end = clock_now() + PERIOD;
        show_bars(x, bars, i % 2 == 0);
        enum wait_result result = wait_for(NULL, end < until ? end : until, err);
        if (result != WAIT_EXPIRED)
            return wait_refuse(result, err, "the flash did not end");
        if (end > until)
            return error_set(err, EC_TIMEOUT, "the flash did not end within its deadline");
        if (x11_wire_lost(x, err))
            return false;
    }
    return true;
}

bool x11_highlight(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct x11_rect where;
    xcb_visualid_t visual;
    xcb_window_t bars[BARS];
    uint32_t pixel;
    if (!x11_picture_aim(x, pin, until, &visual, &where, err) || !pick_colour(x, until, &pixel, err))
        return false;
    make_bars(x, &where, pixel, bars);
    bool ok = flash(x, bars, until, err);
    for (int i = 0; i < BARS; i++)
        xcb_destroy_window(x->c, bars[i]);
    struct error late = {0};
    bool gone = x11_wire_sync(x, clock_now() + CLOCK_SECOND, &late); /* nothing of it stays on the screen */
    if (ok && !gone)
        return x11_wire_pass(err, &late);
    error_clear(&late);
    return ok;
}
