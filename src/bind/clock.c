/* clock - two clocks: one for deadlines, one for people. */
#include "../core/clock.h"

#include "bind.h"

/* now(): seconds of the clock that deadlines are made of. */
static int l_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)clock_now() / (lua_Number)CLOCK_SECOND);
    return 1;
}

/* wall(): Unix time in seconds. */
static int l_wall(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)clock_wall_ms() / 1000);
    return 1;
}

static const luaL_Reg functions[] = {
    {"now", l_now},
    {"wall", l_wall},
    {NULL, NULL},
};

int luaopen_clock(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
