/* picture.c - what is on the screen, as PNG; read in strips, so that memory stays flat. */
#include <stdlib.h>

#include "../png.h"
#include "x11.h"

enum { STRIP = 64 }; /* lines */

bool x11_picture_clip(struct x11_rect r, int width, int height, struct x11_rect *part)
{
    int64_t left = r.x < 0 ? 0 : r.x, top = r.y < 0 ? 0 : r.y;
    int64_t right = (int64_t)r.x + r.width, bottom = (int64_t)r.y + r.height;
    right = right < width ? right : width;
    bottom = bottom < height ? bottom : height;
    if (right <= left || bottom <= top)
        return false;
    *part = (struct x11_rect){(int)(left - r.x), (int)(top - r.y), (int)(right - left), (int)(bottom - top)};
    return true;
}

struct picture {
    xcb_drawable_t drawable;
    struct x11_rect part;
    const xcb_visualtype_t *visual;
    unsigned bytes; /* of a pixel */
    bool swapped;   /* the server's most significant byte comes first */
    struct png *png;
    uint8_t *line;
};

/* The visual and how its pixels are stored. False: none that we can read (palettes, 24 bits packed). */
static bool find_visual(const struct x11 *x, xcb_visualid_t id, struct picture *p)
{
    const xcb_setup_t *setup = xcb_get_setup(x->c);
    xcb_depth_iterator_t depth = xcb_screen_allowed_depths_iterator(x->screen);
    for (; depth.rem; xcb_depth_next(&depth)) {
        xcb_visualtype_iterator_t visual = xcb_depth_visuals_iterator(depth.data);
        for (; visual.rem; xcb_visualtype_next(&visual))
            if (visual.data->visual_id == id && visual.data->_class >= XCB_VISUAL_CLASS_TRUE_COLOR) {
                xcb_format_iterator_t format = xcb_setup_pixmap_formats_iterator(setup);
                while (format.rem && format.data->depth != depth.data->depth)
                    xcb_format_next(&format);
                p->visual = visual.data;
                p->bytes = format.rem ? format.data->bits_per_pixel / 8u : 0;
                p->swapped = setup->image_byte_order == XCB_IMAGE_ORDER_MSB_FIRST;
                return p->bytes == 4 || p->bytes == 2;
            }
    }
    return false;
}

/* 0 to 255 of what the mask covers. */
static uint8_t channel(uint32_t pixel, uint32_t mask)
{
    if (!mask)
        return 0;
    while (!(mask & 1)) {
        mask >>= 1;
        pixel >>= 1;
    }
    return (uint8_t)((pixel & mask) * 255u / mask);
}

static void put_line(const struct picture *p, const uint8_t *from)
{
    uint8_t *to = p->line;
    for (int i = 0; i < p->part.width; i++, from += p->bytes) {
        uint32_t pixel = 0;
        for (unsigned b = 0; b < p->bytes; b++)
            pixel |= (uint32_t)from[b] << 8 * (p->swapped ? p->bytes - 1 - b : b);
        *to++ = channel(pixel, p->visual->red_mask);
        *to++ = channel(pixel, p->visual->green_mask);
        *to++ = channel(pixel, p->visual->blue_mask);
    }
}

static bool put_lines(struct picture *p, const uint8_t *data, size_t stride, int lines, struct error *err)
{
    bool ok = true;
    for (int i = 0; ok && i < lines; i++) {
        put_line(p, data + (size_t)i * stride);
        ok = png_line(p->png, p->line, err);
    }
    return ok;
}

static bool copy_strips(struct x11 *x, struct picture *p, int64_t until, struct error *err)
{
    for (int done = 0; done < p->part.height; done += STRIP) {
        int lines = p->part.height - done < STRIP ? p->part.height - done : STRIP;
        xcb_get_image_reply_t *image = NULL;
        unsigned asked =
            xcb_get_image(x->c, XCB_IMAGE_FORMAT_Z_PIXMAP, p->drawable, (int16_t)p->part.x, (int16_t)(p->part.y + done),
                          (uint16_t)p->part.width, (uint16_t)lines, UINT32_MAX)
                .sequence;
        if (!x11_wire_reply(x, asked, until, &image, err))
            return false;
        size_t len = image ? (size_t)xcb_get_image_data_length(image) : 0, stride = len / (size_t)lines;
        bool ok = len && stride >= (size_t)p->part.width * p->bytes;
        if (ok)
            ok = put_lines(p, xcb_get_image_data(image), stride, lines, err);
        else
            error_set(err, EC_GONE, "the window closed, moved or changed its size while it was photographed");
        free(image);
        if (!ok)
            return false;
    }
    return true;
}

static bool write_picture(struct x11 *x, struct picture *p, const char *path, int64_t until, struct error *err)
{
    p->png = png_new((uint32_t)p->part.width, (uint32_t)p->part.height, err);
    p->line = malloc((size_t)p->part.width * 3);
    if (p->png && !p->line)
        error_set(err, EC_MEMORY, "no memory for a picture");
    bool ok = p->png && p->line && copy_strips(x, p, until, err) && png_save(p->png, path, err);
    png_free(p->png);
    free(p->line);
    return ok;
}

bool x11_picture_aim(struct x11 *x, const struct window_pin *pin, int64_t until, xcb_visualid_t *visual,
                     struct x11_rect *where, struct error *err)
{
    xcb_window_t id = pin->id <= UINT32_MAX ? (xcb_window_t)pin->id : XCB_WINDOW_NONE;
    xcb_get_window_attributes_reply_t *attributes = NULL;
    xcb_get_geometry_reply_t *geometry = NULL;
    xcb_translate_coordinates_reply_t *corner = NULL;
    unsigned asked[] = {xcb_get_window_attributes(x->c, id).sequence, xcb_get_geometry(x->c, id).sequence,
                        xcb_translate_coordinates(x->c, id, x->root, 0, 0).sequence};
    bool ok = x11_wire_reply(x, asked[0], until, &attributes, err) &&
              x11_wire_reply(x, asked[1], until, &geometry, err) && x11_wire_reply(x, asked[2], until, &corner, err);
    if (ok && (!attributes || !geometry || !corner)) {
        ok = error_set(err, EC_GONE, "'%s': its window was closed", pin->token);
    } else if (ok && attributes->map_state != XCB_MAP_STATE_VIEWABLE) {
        ok = error_set(err, EC_REFUSED, "'%s': it is minimised or on another workspace, there is nothing to be seen",
                       pin->token);
    } else if (ok) {
        *visual = attributes->visual;
        *where = (struct x11_rect){corner->dst_x, corner->dst_y, geometry->width, geometry->height};
    }
    free(attributes);
    free(geometry);
    free(corner);
    return ok;
}

bool x11_picture(struct x11 *x, const struct window_pin *pin, const char *path, struct error *err)
{
    int64_t until = clock_now() + X11_PATIENCE;
    int width = x->screen->width_in_pixels, height = x->screen->height_in_pixels;
    struct picture p = {.drawable = pin ? (xcb_drawable_t)pin->id : x->root};
    struct x11_rect where = {0, 0, width, height};
    xcb_visualid_t visual = x->screen->root_visual;
    if (pin && !x11_picture_aim(x, pin, until, &visual, &where, err))
        return false;
    if (!x11_picture_clip(where, width, height, &p.part))
        return error_set(err, EC_REFUSED, "'%s': it is beyond the edge of the screen", pin ? pin->token : "");
    if (!find_visual(x, visual, &p))
        return error_set(err, EC_UNSUPPORTED, "pictures of this kind of display (palette or packed pixels)");
    return write_picture(x, &p, path, until, err);
}
