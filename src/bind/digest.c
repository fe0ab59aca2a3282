/* digest - SHA-256 for receipts and the report. */
#include "../core/digest.h"

#include "bind.h"

/* sha256(bytes): 64 hexadecimal digits. */
static int digest_bytes(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);
    char hex[DIGEST_HEX];
    digest_sha256(bytes, len, hex);
    lua_pushstring(L, hex);
    return 1;
}

/* sha256_file(path): of what is in the file, which need not fit into memory. */
static int digest_file(lua_State *L)
{
    struct error err = {0};
    char hex[DIGEST_HEX];
    if (!digest_sha256_file(bind_path(L, 1), hex, &err))
        return bind_refuse(L, &err);
    lua_pushstring(L, hex);
    return 1;
}

static const luaL_Reg functions[] = {
    {"sha256", digest_bytes},
    {"sha256_file", digest_file},
    {NULL, NULL},
};

int luaopen_digest(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
