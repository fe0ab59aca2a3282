/* panes.c - what tmux tells about its panes, and which of them can take a prompt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../foreground.h"
#include "desktop.h"
#include "protocol.h"
#include "text.h"

/* Titles and names stand last, behind their lengths: they may hold anything but control characters (tmux refuses
 * those). A window that several sessions share makes a row in each. */
const char tmux_row_format[] = "P#{pane_id} #{pane_pid} #{window_panes} #{session_attached} #{pane_dead}"
                               " #{window_active} #{pane_in_mode} #{pane_input_off} #{pane_synchronized}"
                               " #{extended-keys} #{session_id} #{pane_tty}"
                               " #{n:pane_title} #{pane_title} #{window_name}";

/* Ends the word at *at with a NUL and moves on behind it. */
static char *word(char **at)
{
    char *start = *at, *end = start + strcspn(start, " ");
    *at = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static uint64_t number(char **at)
{
    return strtoull(word(at), NULL, 10);
}

static bool parse(char *line, struct tmux_row *row)
{
    if (line[0] != 'P' || line[1] != '%') /* a pane that is not there: every format is empty */
        return false;
    char *at = line + 2;
    row->id = number(&at);
    row->pid = (int64_t)number(&at);
    row->panes = (unsigned)number(&at);
    row->attached = (unsigned)number(&at);
    row->dead = number(&at);
    row->active = number(&at);
    row->in_mode = number(&at);
    row->input_off = number(&at);
    row->synchronized = number(&at);
    const char *extended = word(&at);
    row->extended = *extended && strcmp(extended, "off") != 0;
    row->session = word(&at);
    row->tty = word(&at);
    size_t len = number(&at), rest = strlen(at);
    row->title = at;
    row->name = at + rest; /* empty, should the length not fit */
    if (len < rest && at[len] == ' ') {
        at[len] = '\0';
        row->name = at + len + 1;
    }
    return true;
}

bool tmux_row_next(char **at, struct tmux_row *row)
{
    while (**at) {
        char *line = *at, *end = line + strcspn(line, "\n");
        *at = *end ? end + 1 : end;
        *end = '\0';
        if (parse(line, row))
            return true;
    }
    return false;
}

/* FNV-1a, and a byte that ends each piece. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len; i++) /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): bytes */
        hash = (hash ^ p[i]) * UINT64_C(0x100000001B3);
    return (hash ^ 0xFF) * UINT64_C(0x100000001B3);
}
#define HASH_START UINT64_C(0xCBF29CE484222325)

/* Of what list() tells: modes and the like are no news. */
static uint64_t mix_row(uint64_t hash, const struct tmux_row *row)
{
    const uint64_t facts[] = {row->id, (uint64_t)row->pid, row->dead, row->panes == 1, row->active, row->attached};
    hash = mix(hash, facts, sizeof facts);
    hash = mix(hash, row->title, strlen(row->title));
    return mix(hash, row->name, strlen(row->name));
}

uint64_t tmux_rows_hash(char *text)
{
    uint64_t hash = HASH_START;
    for (struct tmux_row row = {0}; tmux_row_next(&text, &row);)
        hash = mix_row(hash, &row);
    return hash;
}

static uint64_t front_hash(const struct foreground *front)
{
    const uint64_t facts[] = {(uint64_t)front->pid, front->shell, front->relay, front->stopped};
    return mix(mix(HASH_START, facts, sizeof facts), front->name ? front->name : "",
               front->name ? strlen(front->name) : 0);
}

bool tmux_fronts_changed(struct tmux_desktop *d)
{
    bool changed = false;
    for (size_t i = 0; i < d->front_count && !changed; i++) {
        struct foreground front;
        foreground_of(d->fronts[i].pid, &front);
        changed = front_hash(&front) != d->fronts[i].hash;
        foreground_clear(&front);
    }
    return changed;
}

static bool is_ours(const struct tmux_desktop *d, const struct tmux_row *row)
{
    if (row->id == d->own_pane)
        return true;
    for (size_t i = 0; i < d->ancestor_count; i++)
        if (d->ancestors[i] == row->pid)
            return true;
    return false;
}

static bool is_shown(const struct tmux_desktop *d, const struct tmux_row *row)
{
    return row->active && row->attached > (strcmp(row->session, d->session) == 0 ? 1u : 0u);
}

static bool add(struct tmux_desktop *d, const struct tmux_row *row, struct window_list *list, struct error *err)
{
    struct foreground front = {0};
    if (!row->dead)
        foreground_of(row->pid, &front);
    d->fronts[d->front_count++] = (struct tmux_front){.pid = row->dead ? 0 : row->pid, .hash = front_hash(&front)};
    /* list() only reads them */
    struct window w = {
        .id = row->id, .pid = row->pid, .title = (char *)row->title, .app = front.name ? front.name : ""};
    if (row->panes == 1)
        w.alias = (char *)row->name;
    w.flags = (is_shown(d, row) ? 0u : WINDOW_ELSEWHERE) | (row->dead ? WINDOW_DEAD : 0u) |
              (front.relay ? WINDOW_RELAY : 0u) | (front.shell ? WINDOW_SHELL : 0u) |
              (is_ours(d, row) ? WINDOW_SELF : 0u);
    bool ok = window_list_add(list, &w, err);
    foreground_clear(&front);
    return ok;
}

static struct window *listed(const struct window_list *list, uint64_t id)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].id == id)
            return &list->items[i];
    return NULL;
}

/* False: no memory. */
static bool make_fronts(struct tmux_desktop *d, const char *text)
{
    size_t lines = 1;
    for (; *text; text++)
        lines += *text == '\n';
    struct tmux_front *fronts = realloc(d->fronts, lines * sizeof *fronts);
    if (fronts)
        d->fronts = fronts;
    d->front_count = 0;
    return fronts;
}

bool tmux_rows_list(struct tmux_desktop *d, char *text, struct window_list *list, struct error *err)
{
    if (!make_fronts(d, text))
        return error_set(err, EC_MEMORY, "tmux: out of memory");
    uint64_t hash = HASH_START;
    for (struct tmux_row row = {0}; tmux_row_next(&text, &row);) {
        hash = mix_row(hash, &row);
        struct window *twin = listed(list, row.id);
        if (twin && is_shown(d, &row))
            twin->flags &= ~(unsigned)WINDOW_ELSEWHERE;
        else if (!twin && !add(d, &row, list, err))
            return false;
    }
    d->told = hash;
    d->changed = false;
    return true;
}

static bool has_token(const struct tmux_row *row, const char *token)
{
    char *title = window_utf8(row->title, strlen(row->title)), *name = window_utf8(row->name, strlen(row->name));
    bool found =
        title && name && (window_has_token(title, token) || (row->panes == 1 && window_has_token(name, token)));
    free(title);
    free(name);
    return found;
}

bool tmux_program_takes(uint64_t pane, int64_t pid, struct error *err)
{
    struct foreground front;
    if (!foreground_of(pid, &front))
        return true; /* unknown: on another host, or another user's */
    bool ok = true;
    if (front.shell)
        ok = error_set(err, EC_REFUSED,
                       "tmux pane %%%llu: %s is in front and would run the prompt as commands; start the agent in it",
                       (unsigned long long)pane, front.name);
    else if (front.stopped)
        ok = error_set(err, EC_REFUSED, "tmux pane %%%llu: %s is suspended and reads nothing; continue it (fg)",
                       (unsigned long long)pane, front.name);
    foreground_clear(&front);
    return ok;
}

static bool takes_prompts(const struct tmux_desktop *d, const struct tmux_row *row, struct error *err)
{
    unsigned long long id = row->id;
    if (row->dead)
        return error_set(err, EC_REFUSED, "tmux pane %%%llu: its program has ended; respawn the pane", id);
    if (is_ours(d, row))
        return error_set(err, EC_REFUSED, "tmux pane %%%llu: dispatch itself runs in it; give the worker its own", id);
    if (row->input_off)
        return error_set(err, EC_REFUSED, "tmux pane %%%llu: its input is off; select-pane -e -t %%%llu", id, id);
    if (row->synchronized && row->panes > 1)
        return error_set(err, EC_REFUSED,
                         "tmux pane %%%llu: keys go to all panes of its window; set synchronize-panes off", id);
    return tmux_program_takes(row->id, row->pid, err);
}

static bool is_pinned(const struct tmux_row *row, const struct window_pin *pin, struct error *err)
{
    unsigned long long id = pin->id;
    if (pin->pid && pin->pid != row->pid && !row->dead) /* newer servers forget the pid of a dead pane */
        return error_set(err, EC_GONE, "tmux pane %%%llu: another program was started in it (pid %lld, not %lld)", id,
                         (long long)row->pid, (long long)pin->pid);
    if (!has_token(row, pin->token))
        return error_set(err, EC_GONE, "tmux pane %%%llu: its title is '%s' now, without %s", id, row->title,
                         pin->token);
    return true;
}

static bool remember(struct tmux_desktop *d, const struct window_pin *pin, const struct tmux_row *row,
                     struct error *err)
{
    struct tmux_pane *pane = tmux_pane_add(d, pin->id, err);
    char *token = pane ? strdup(pin->token) : NULL, *tty = pane ? strdup(row->tty) : NULL;
    if (!token || !tty) {
        free(token);
        free(tty);
        return error_set(err, EC_MEMORY, "tmux: out of memory");
    }
    free(pane->token);
    free(pane->tty);
    pane->token = token;
    pane->tty = tty;
    pane->pid = pin->pid;
    pane->extended = row->extended;
    return true;
}

bool tmux_check(struct tmux_desktop *d, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct tmux_text question = {0};
    struct tmux_answer answer = {0};
    struct tmux_row row;
    bool ok = tmux_text_format(&question, "display-message -p -t %%%llu '%s'", (unsigned long long)pin->id,
                               tmux_row_format) ||
              error_set(err, EC_MEMORY, "tmux: out of memory");
    ok = ok && tmux_ask(d, question.bytes, until, &answer, err);
    char *at = answer.text;
    if (ok && (!tmux_row_next(&at, &row) || row.id != pin->id))
        ok = error_set(err, EC_GONE, "tmux pane %%%llu: it was closed", (unsigned long long)pin->id);
    ok = ok && is_pinned(&row, pin, err) && takes_prompts(d, &row, err) && remember(d, pin, &row, err);
    tmux_answer_clear(&answer);
    tmux_text_free(&question);
    return ok;
}
