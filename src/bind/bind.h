/* bind.h - what every Lua module written in C shares. A caller's mistake raises (luaL_argerror); a world that refuses
 * answers nil, message, CODE. Times are seconds in Lua and nanoseconds of clock_now() in C. */
#ifndef DISPATCH_BIND_H
#define DISPATCH_BIND_H
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/error.h"
struct wait_source;

/* Pushes nil, message, CODE, clears *err and answers 3: return bind_refuse(L, &err); */
int bind_refuse(lua_State *L, struct error *err);
/* Pushes the text and frees it, also where Lua has no memory for it and raises. NULL raises: no memory. */
void bind_push_taken(lua_State *L, char *text);
/* A required absolute deadline in seconds (clock.now() + n); math.huge is CLOCK_NEVER. Raises on NaN and others. */
int64_t bind_deadline(lua_State *L, int arg);
/* The same from field `deadline` of the table at arg. */
int64_t bind_deadline_field(lua_State *L, int arg);
/* A path: not empty and without NUL bytes, at which the system would cut it. Raises on anything else. */
const char *bind_path(lua_State *L, int arg);
/* Raises when the table at arg has a key that is not in `known` (NULL-terminated), naming it and the known ones.
 * The argument may be absent (nil). */
void bind_known_keys(lua_State *L, int arg, const char *const *known);
/* A string field, or NULL when it is nil. The pointer lives as long as the table. Raises on another type. */
const char *bind_string_field(lua_State *L, int arg, const char *key);
bool bind_flag_field(lua_State *L, int arg, const char *key); /* nil is false */
/* The array of strings at index, NULL-terminated; raises for arg, naming `what`. The strings stay the table's; the
 * array is pushed and lives as long as it stands on the stack. */
const char **bind_strings(lua_State *L, int arg, int index, const char *what);

/* Something that can be waited for: its userdata begins with this. A closed one has source NULL. */
struct bind_handle {
    struct wait_source *source;
};
/* Makes the metatable `name` (methods in __index; close serves :close(), __gc and __close, so it must be idempotent).
 * waitable: the userdata begins with a struct bind_handle. Leaves nothing on the stack. */
void bind_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction close, bool waitable);
/* The handle of any waitable class at index, closed or not; NULL when it is something else. Never raises. */
struct bind_handle *bind_test_handle(lua_State *L, int index);
/* The handle of any waitable class at arg; raises when it is something else or closed. */
struct bind_handle *bind_handle_at(lua_State *L, int arg);

/* From now on the name of a module is the module, unless a global has it: for one-line scripts. */
void bind_modules_as_globals(lua_State *L);

/* The modules; host.c preloads them. */
int luaopen_host(lua_State *L);
int luaopen_clock(lua_State *L);
int luaopen_wait(lua_State *L);
int luaopen_process(lua_State *L);
int luaopen_file(lua_State *L);
int luaopen_zip(lua_State *L);
int luaopen_lock(lua_State *L);
int luaopen_digest(lua_State *L);
int luaopen_term(lua_State *L);
int luaopen_window(lua_State *L);
int luaopen_edit(lua_State *L);
#endif
