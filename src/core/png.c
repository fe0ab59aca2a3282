#include "png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "file.h"

enum {
    LEVEL = 1,            /* of deflate: a screen shrinks to a twentieth at the first, and hardly more at others */
    FILTER_UP = 2,        /* each byte less the one above it (section 9.2): most lines of a screen repeat the last */
    IDAT = 8 + 25,        /* where its chunk begins: behind the signature and IHDR */
    DATA = IDAT + 8,      /* and its data */
    STEP = 64 * 1024,     /* by which the room grows, at least */
    LONGEST = 0x40000000, /* of a picture's data: chunks end at 2^31 - 1 (section 5.3) */
};

struct png {
    z_stream z;
    uint32_t width;
    uint8_t *above, *filtered; /* the last line; the present one behind the byte that names its filter */
    uint8_t *bytes;
    size_t len, room;
};

static void put_u32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool no_memory(struct error *err)
{
    return error_set(err, EC_MEMORY, "no memory for a picture");
}

static bool make_room(struct png *png, size_t more, struct error *err)
{
    if (png->room - png->len >= more)
        return true;
    size_t room = png->room * 2 > png->len + more ? png->room * 2 : png->len + more;
    uint8_t *bytes = room <= LONGEST ? realloc(png->bytes, room) : NULL;
    if (!bytes)
        return no_memory(err);
    png->bytes = bytes;
    png->room = room;
    return true;
}

/* Its length and its check, which runs over type and data (section 5.3); the data are there. */
static void seal(struct png *png, size_t chunk)
{
    size_t len = png->len - chunk - 8;
    put_u32(png->bytes + chunk, (uint32_t)len);
    put_u32(png->bytes + png->len, (uint32_t)crc32(0, png->bytes + chunk + 4, (uInt)(len + 4)));
    png->len += 4;
}

static void begin(struct png *png, uint32_t width, uint32_t height)
{
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const uint8_t form[] = {8, 2, 0, 0, 0}; /* bits, RGB, deflate, filters by line, not interlaced */
    memcpy(png->bytes, signature, sizeof signature);
    memcpy(png->bytes + 12, "IHDR", 4);
    put_u32(png->bytes + 16, width);
    put_u32(png->bytes + 20, height);
    memcpy(png->bytes + 24, form, sizeof form);
    png->len = IDAT - 4;
    seal(png, 8);
    memcpy(png->bytes + IDAT + 4, "IDAT", 4);
    png->len = DATA;
}

struct png *png_new(uint32_t width, uint32_t height, struct error *err)
{
    struct png *png = calloc(1, sizeof *png);
    size_t line = width < LONGEST / 3 ? (size_t)width * 3 : 0;
    if (png && line && deflateInit(&png->z, LEVEL) == Z_OK) {
        png->width = width;
        png->above = calloc(1, line);
        png->filtered = malloc(line + 1);
        if (png->above && png->filtered && make_room(png, STEP, err)) {
            begin(png, width, height);
            return png;
        }
    }
    no_memory(err);
    png_free(png);
    return NULL;
}

static bool deflate_all(struct png *png, int flush, struct error *err)
{
    do {
        if (!make_room(png, STEP, err))
            return false;
        png->z.next_out = png->bytes + png->len;
        png->z.avail_out = STEP;
        deflate(&png->z, flush); /* cannot fail: the state is sound, and there is room */
        png->len += STEP - png->z.avail_out;
    } while (png->z.avail_out == 0);
    return true;
}

bool png_line(struct png *png, const uint8_t *rgb, struct error *err)
{
    size_t line = (size_t)png->width * 3;
    png->filtered[0] = FILTER_UP;
    for (size_t i = 0; i < line; i++)
        png->filtered[i + 1] = (uint8_t)(rgb[i] - png->above[i]);
    memcpy(png->above, rgb, line);
    png->z.next_in = png->filtered;
    png->z.avail_in = (uInt)(line + 1);
    return deflate_all(png, Z_NO_FLUSH, err);
}

bool png_save(struct png *png, const char *path, struct error *err)
{
    if (!deflate_all(png, Z_FINISH, err) || !make_room(png, 16, err))
        return false;
    seal(png, IDAT);
    size_t end = png->len;
    memcpy(png->bytes + end + 4, "IEND", 4);
    png->len = end + 8;
    seal(png, end);
    return file_write(path, (const char *)png->bytes, png->len, err);
}

void png_free(struct png *png)
{
    if (!png)
        return;
    deflateEnd(&png->z);
    free(png->above);
    free(png->filtered);
    free(png->bytes);
    free(png);
}
