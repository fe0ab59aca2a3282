/* digest.h - SHA-256 (FIPS 180-4), for receipts and the report. */
#ifndef DISPATCH_DIGEST_H
#define DISPATCH_DIGEST_H
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define DIGEST_HEX 65 /* 64 hexadecimal digits and the NUL */
void digest_sha256(const char *bytes, size_t len, char hex[DIGEST_HEX]);
bool digest_sha256_file(const char *path, char hex[DIGEST_HEX], struct error *err);
#endif
