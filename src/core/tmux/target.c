/* target.c - panes that are sent to: what a check found out about them holds until a command says otherwise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "desktop.h"
#include "protocol.h"
#include "text.h"

#define AWAKE CLOCK_MS /* a server that answered so lately does not hang: what it is told, it does */

struct tmux_pane *tmux_pane_of(const struct tmux_desktop *d, uint64_t id)
{
    for (size_t i = 0; i < d->pane_count; i++)
        if (d->panes[i].id == id)
            return &d->panes[i];
    return NULL;
}

struct tmux_pane *tmux_pane_add(struct tmux_desktop *d, uint64_t id, struct error *err)
{
    struct tmux_pane *pane = tmux_pane_of(d, id);
    size_t n = d->pane_count;
    if (pane)
        return pane;
    if ((n & (n - 1)) == 0) { /* room grows at the powers of two */
        struct tmux_pane *grown = realloc(d->panes, (n ? n * 2 : 1) * sizeof *grown);
        if (!grown) {
            error_set(err, EC_MEMORY, "tmux: out of memory");
            return NULL;
        }
        d->panes = grown;
    }
    d->panes[n] = (struct tmux_pane){.id = id};
    d->pane_count++;
    return &d->panes[n];
}

void tmux_panes_clear(struct tmux_desktop *d)
{
    for (size_t i = 0; i < d->pane_count; i++) {
        free(d->panes[i].token);
        free(d->panes[i].tty);
    }
    free(d->panes);
    d->panes = NULL;
    d->pane_count = 0;
}

struct tmux_pane *tmux_aim(struct tmux_desktop *d, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct tmux_pane *pane = tmux_pane_of(d, pin->id);
    bool awake = clock_now() - d->heard < AWAKE;
    bool known =
        awake && pane && pane->token && pin->pid && pane->pid == pin->pid && strcmp(pane->token, pin->token) == 0;
    bool ok = known ? tmux_program_takes(pin->id, pin->pid, err) : tmux_check(d, pin, until, err);
    return ok ? tmux_pane_of(d, pin->id) : NULL;
}

char *tmux_still(const struct window_pin *pin, const char *tty)
{
    char *whole = tmux_pattern(pin->token), *quoted = NULL;
    struct tmux_text format = {0};
    char pid[24] = ""; /* 0: not compared */
    if (pin->pid)
        snprintf(pid, sizeof pid, "%lld", (long long)pin->pid);
    if (whole &&
        tmux_text_format(&format,
                         "#{==:#{pane_id} %s #{pane_tty} #{pane_dead} #{pane_in_mode} #{pane_input_off}"
                         " #{?#{==:#{window_panes},1},0,#{pane_synchronized}}"
                         " #{||:#{m/r:%s,#{pane_title}},#{&&:#{==:#{window_panes},1},#{m/r:%s,#{window_name}}}},"
                         "%%%llu %s %s 0 0 0 0 1}",
                         pin->pid ? "#{pane_pid}" : "", whole, whole, (unsigned long long)pin->id, pid, tty))
        quoted = tmux_quoted(format.bytes);
    tmux_text_free(&format);
    free(whole);
    return quoted;
}
