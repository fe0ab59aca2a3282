/* tidy.h - what clang-tidy cannot see since it stands in another file: a refusal always answers false, and a check of
 * an argument that fails does not return. tests/lint has it included before every file but those that define these. */
#ifndef DISPATCH_TIDY_H
#define DISPATCH_TIDY_H
#include "../src/core/error.h"
#include "../src/core/wait.h"

#define error_set(...) (error_set(__VA_ARGS__), false)
#define error_from_errno(...) (error_from_errno(__VA_ARGS__), false)
#define error_prefix(...) (error_prefix(__VA_ARGS__), false)
#define wait_refuse(...) (wait_refuse(__VA_ARGS__), false)
#define wait_uv_error(...) (wait_uv_error(__VA_ARGS__), false)

#if __has_include(<lauxlib.h>)
#include <lauxlib.h>
#undef luaL_argcheck
#define luaL_argcheck(L, condition, arg, message) ((condition) ? (void)0 : __builtin_unreachable())
#endif
#endif
