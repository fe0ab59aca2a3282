/* lock - one holder at a time, freed by the kernel when the holder dies. */
#include "../core/lock.h"

#include "bind.h"

static const char CLASS[] = "dispatch.lock";

struct held {
    struct lock *lock; /* NULL: closed */
};

/* take(path): lock; never waits. */
static int lock_take_path(lua_State *L)
{
    struct error err = {0};
    const char *path = bind_path(L, 1);
    struct held *held = lua_newuserdatauv(L, sizeof *held, 0);
    held->lock = NULL;
    luaL_setmetatable(L, CLASS);
    held->lock = lock_take(path, &err);
    return held->lock ? 1 : bind_refuse(L, &err);
}

/* lock:close(): frees it; again is fine. */
static int lock_free(lua_State *L)
{
    struct held *held = luaL_checkudata(L, 1, CLASS);
    lock_close(held->lock);
    held->lock = NULL;
    return 0;
}

static const luaL_Reg functions[] = {
    {"take", lock_take_path},
    {NULL, NULL},
};
static const luaL_Reg methods[] = {
    {NULL, NULL},
};

int luaopen_lock(lua_State *L)
{
    bind_class(L, CLASS, methods, lock_free, false);
    luaL_newlib(L, functions);
    return 1;
}
