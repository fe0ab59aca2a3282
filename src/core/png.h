/* png.h - a picture as a file in PNG (W3C Portable Network Graphics, second edition): line by line, deflated in memory,
 * written whole or not at all. 8 bits a channel, RGB, without alpha. */
#ifndef DISPATCH_PNG_H
#define DISPATCH_PNG_H
#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct png;
/* In pixels; neither is 0. NULL: ENOMEM. */
struct png *png_new(uint32_t width, uint32_t height, struct error *err);
/* The next line from the top: 3 * width bytes, red first. ENOMEM. */
bool png_line(struct png *png, const uint8_t *rgb, struct error *err);
/* After the last line. Over a file that is there, as file_write() does; refusals are its own. */
bool png_save(struct png *png, const char *path, struct error *err);
void png_free(struct png *png); /* NULL is fine */
#endif
