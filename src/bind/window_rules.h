/* window_rules.h - a table of rules, as window.fake() takes it. */
#ifndef DISPATCH_BIND_WINDOW_RULES_H
#define DISPATCH_BIND_WINDOW_RULES_H
#include <lua.h>
#include <stddef.h>

struct fake_rule;
/* Raises what is wrong with the table at arg, naming the rule by its number. Pushes what owns the array; its strings
 * live as long as the table. */
const struct fake_rule *window_rules_at(lua_State *L, int arg, size_t *n);
#endif
