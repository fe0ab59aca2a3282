/* paste.c - a text through the clipboard, and the proof that it arrived.
 *
 * We own CLIPBOARD and PRIMARY, press the chord, and count what is asked for after it: the server tells with each
 * request how many of ours it had carried out. Only the pinned window's own client counts, known by the ids that the
 * server gives each client, or by its process. It is served by pieces, so its Delete of the last, empty piece says that
 * it has all. */
#include <stdlib.h>
#include <string.h>

#include "x11.h"

/* Latin-1 if the text has nothing else; caller frees. NULL: it has, or no memory. */
static char *as_latin1(const char *text, size_t len, size_t *out)
{
    char *copy = malloc(len + 1);
    *out = 0;
    for (const char *end = text + len; copy && text < end;) {
        uint32_t character = chord_character(&text);
        if (character == 0 || character > 0xFF) {
            free(copy);
            return NULL;
        }
        copy[(*out)++] = (char)(unsigned char)character;
    }
    return copy;
}

static bool add_text(struct x11_offer *offer, xcb_atom_t target, xcb_atom_t type, const char *text, size_t len)
{
    const struct x11_item item = {
        .target = target, .type = type, .format = 8, .text = true, .bytes = (char *)text, .len = len};
    return x11_offer_add(offer, &item);
}

/* NULL: no memory. The hint keeps clipboard managers from writing prompts into their history. */
static struct x11_offer *offer_of(const struct x11 *x, const char *text, size_t len)
{
    const struct x11_atoms *a = &x->atom;
    const struct x11_item hint = {
        .target = a->password_hint, .type = a->password_hint, .format = 8, .bytes = (char *)"secret", .len = 6};
    struct x11_offer *offer = x11_offer_new();
    size_t latin1_len;
    char *latin1 = as_latin1(text, len, &latin1_len);
    bool ok = offer && add_text(offer, a->utf8_string, a->utf8_string, text, len) &&
              add_text(offer, a->text_plain_utf8, a->text_plain_utf8, text, len) &&
              add_text(offer, a->text_plain, a->text_plain, text, len) &&
              add_text(offer, a->text, a->utf8_string, text, len) &&
              (!latin1 || add_text(offer, XCB_ATOM_STRING, XCB_ATOM_STRING, latin1, latin1_len)) &&
              x11_offer_add(offer, &hint);
    free(latin1);
    if (ok)
        return offer;
    x11_offer_drop(offer);
    return NULL;
}

static bool own_once(struct x11 *x, struct x11_offer *offer, int64_t until, bool *ours, struct error *err)
{
    unsigned asked[X11_SALES];
    xcb_timestamp_t now;
    if (!x11_wire_time(x, until, &now, err))
        return false;
    for (int i = 0; i < X11_SALES; i++) {
        x11_seller_own(&x->seller, i, now, offer);
        asked[i] = xcb_get_selection_owner(x->c, x->seller.sale[i].selection).sequence;
    }
    bool ok = true;
    *ours = true;
    for (int i = 0; i < X11_SALES; i++) {
        xcb_get_selection_owner_reply_t *owner = NULL;
        ok = ok && x11_wire_reply(x, asked[i], until, &owner, err);
        if (!owner || owner->owner != x->own)
            x->seller.sale[i].lost = true;
        *ours = *ours && x11_seller_owns(&x->seller, i);
        free(owner);
    }
    return ok;
}

/* Saves what others have there, then takes it. Some clipboard managers take it back; not for ever, hopefully. */
static bool take_clipboard(struct x11 *x, struct x11_offer *offer, int64_t until, struct error *err)
{
    for (int attempt = 0; attempt < 5; attempt++) {
        bool ours;
        for (int i = 0; i < X11_SALES; i++)
            if (!x11_save(x, i, until, err))
                return false;
        if (!own_once(x, offer, until, &ours, err))
            return false;
        if (ours)
            return true;
    }
    return error_set(err, EC_REFUSED,
                     "another program takes the clipboard each time that we do; stop it while sending");
}

struct paste {
    const struct window_pin *pin;
    uint32_t pressed;   /* sequence number of the chord */
    bool read_by_other; /* somebody else has the text and may hand it on */
};

static bool is_after(uint32_t sequence, uint32_t other)
{
    return (int32_t)(sequence - other) >= 0; /* they wrap */
}

bool x11_paste_same_client(uint32_t resource_id_mask, xcb_window_t a, xcb_window_t b)
{
    return (a & ~resource_id_mask) == (b & ~resource_id_mask);
}

static bool is_target(struct x11 *x, const struct window_pin *pin, struct x11_transfer *t, int64_t until, bool *target,
                      struct error *err)
{
    *target = x11_paste_same_client(xcb_get_setup(x->c)->resource_id_mask, t->requestor, (xcb_window_t)pin->id);
    if (*target || pin->pid <= 0)
        return true;
    if (t->pid < 0 && !x11_look_client(x, x11_look_ask_client(x, t->requestor), until, &t->pid, err))
        return false;
    *target = t->pid == pin->pid;
    return true;
}

static bool judge(struct x11 *x, struct paste *p, int64_t until, enum window_taken *taken, struct error *err)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++) {
        struct x11_transfer *t = &x->seller.transfer[i];
        bool target;
        if (t->state == X11_TRANSFER_FREE || !t->text)
            continue;
        if (!is_target(x, p->pin, t, until, &target, err))
            return false;
        enum window_taken so_far = t->state == X11_TRANSFER_WHOLE ? TAKEN_WHOLE : TAKEN_SERVED;
        if (!target)
            p->read_by_other = true;
        else if (is_after(t->sequence, p->pressed) && *taken < so_far)
            *taken = so_far;
    }
    return true;
}

static bool lost(const struct x11 *x, int which)
{
    return !x11_seller_owns(&x->seller, which);
}

/* Nobody asked in time, or nobody can ask any more. *taken may become weaker: unknown. */
static bool explain(struct x11 *x, const struct paste *p, const char *keys, enum window_taken *taken, struct error *err)
{
    bool any_lost = lost(x, X11_CLIPBOARD) || lost(x, X11_PRIMARY);
    if (*taken == TAKEN_SERVED)
        return error_set(err, EC_TIMEOUT, "'%s': the window began to read the text and did not come to its end",
                         p->pin->token);
    if (any_lost && p->read_by_other) {
        *taken = TAKEN_UNKNOWN;
        return error_set(err, EC_REFUSED,
                         "'%s': another program read the text and took the clipboard before the window asked for it",
                         p->pin->token);
    }
    if (any_lost)
        return error_set(err, EC_REFUSED, "'%s': another program took the clipboard before the window asked for it",
                         p->pin->token);
    return error_set(err, EC_TIMEOUT,
                     "'%s': %s was pressed and the window did not ask for the text; is it the chord "
                     "that pastes there (-PasteKeys)?",
                     p->pin->token, keys);
}

static bool watch_taking(struct x11 *x, struct paste *p, const char *keys, int64_t until, enum window_taken *taken,
                         struct error *err)
{
    struct error late = {0};
    for (;;) {
        uint32_t events = x->events;
        if (!judge(x, p, until, taken, err))
            return false;
        if (*taken == TAKEN_WHOLE)
            return x11_focus_verify(x, p->pin, until, err);
        if (x11_watch_is_gone(x, (xcb_window_t)p->pin->id))
            return error_set(err, EC_GONE, "'%s': its window was closed while it was given the text", p->pin->token);
        if (*taken == TAKEN_NOT && lost(x, X11_CLIPBOARD) && lost(x, X11_PRIMARY))
            return explain(x, p, keys, taken, err);
        if (x11_wire_wait(x, events, until, "the text was not read", &late))
            continue;
        if (strcmp(late.code, EC_TIMEOUT) != 0)
            return x11_wire_pass(err, &late);
        error_clear(&late);
        return explain(x, p, keys, taken, err);
    }
}

static bool press_and_watch(struct x11 *x, const struct window_pin *pin, const struct x11_stroke *stroke,
                            const char *keys, int64_t until, enum window_taken *taken, struct error *err)
{
    struct x11_state state;
    struct paste p = {.pin = pin};
    if (!x11_keys_begin(x, pin, until, &state, err))
        return false;
    p.pressed = x11_keys_press(x, &state, stroke);
    x11_keys_end(x, &state);
    return watch_taking(x, &p, keys, until, taken, err);
}

bool x11_paste(struct x11 *x, const struct window_pin *pin, const char *text, size_t len, const char *keys,
               int64_t until, enum window_taken *taken, struct error *err)
{
    struct x11_stroke stroke;
    *taken = TAKEN_NOT;
    if (!x11_keys_plan(x, keys, until, &stroke, err) || !x11_check(x, pin, until, err))
        return false;
    struct x11_offer *offer = offer_of(x, text, len);
    if (!offer)
        return error_set(err, EC_MEMORY, "no memory for the text");
    for (int i = 0; i < X11_SALES; i++)
        x11_seller_withdraw(&x->seller, i); /* the last one's text is not for this window */
    x11_seller_forget(&x->seller);
    x->seller.always_incr = true;
    bool ok = take_clipboard(x, offer, until, err) && press_and_watch(x, pin, &stroke, keys, until, taken, err);
    for (int i = 0; !ok && i < X11_SALES; i++)
        x11_seller_withdraw(&x->seller, i);
    x11_offer_drop(offer);
    return ok;
}
