#include "digest.h"

#include <stdint.h>
#include <string.h>

#include "file.h"

#define BLOCK 64 /* bytes; FIPS 180-4, 5.2.1 */

struct sha256 {
    uint32_t h[8];
    uint64_t total; /* bytes taken so far */
    size_t fill;    /* bytes waiting in block */
    unsigned char block[BLOCK];
};

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotr(uint32_t x, unsigned n)
{
    return (x >> n) | (x << (32 - n));
}

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* FIPS 180-4, 6.2.2. The names of the variables are the standard's. */
static void take_block(struct sha256 *s, const unsigned char *block)
{
    uint32_t w[64];
    for (int t = 0; t < 16; t++)
        w[t] = big_endian(block + 4 * t);
    for (int t = 16; t < 64; t++) {
        uint32_t s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
        uint32_t s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t v[8]; /* a … h */
    memcpy(v, s->h, sizeof v);
    for (int t = 0; t < 64; t++) {
        uint32_t sum1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25);
        uint32_t ch = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + sum1 + ch + K[t] + w[t];
        uint32_t sum0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
        uint32_t maj = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + sum0 + maj;
    }
    for (int i = 0; i < 8; i++)
        s->h[i] += v[i];
}

/* FIPS 180-4, 5.3.3. */
static void start(struct sha256 *s)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->h, first, sizeof first);
    s->total = 0;
    s->fill = 0;
}

static void take(void *owner, const char *bytes, size_t len)
{
    struct sha256 *s = owner;
    s->total += len;
    while (len > 0) {
        size_t part = BLOCK - s->fill < len ? BLOCK - s->fill : len;
        memcpy(s->block + s->fill, bytes, part);
        s->fill += part;
        bytes += part;
        len -= part;
        if (s->fill == BLOCK) {
            take_block(s, s->block);
            s->fill = 0;
        }
    }
}

static void finish(struct sha256 *s, char hex[DIGEST_HEX])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t bits = s->total * 8;
    take(s, "\x80", 1); /* FIPS 180-4, 5.1.1: a one, zeros, the length in bits */
    while (s->fill != BLOCK - 8)
        take(s, "", 1);
    char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (char)(unsigned char)(bits >> (56 - 8 * i));
    take(s, length, sizeof length);
    for (int i = 0; i < 64; i++)
        hex[i] = digits[s->h[i / 8] >> (28 - 4 * (i % 8)) & 15];
    hex[64] = '\0';
}

void digest_sha256(const char *bytes, size_t len, char hex[DIGEST_HEX])
{
    struct sha256 s;
    start(&s);
    if (len > 0)
        take(&s, bytes, len);
    finish(&s, hex);
}

bool digest_sha256_file(const char *path, char hex[DIGEST_HEX], struct error *err)
{
    struct sha256 s;
    start(&s);
    if (!file_scan(path, take, &s, err))
        return false;
    finish(&s, hex);
    return true;
}
