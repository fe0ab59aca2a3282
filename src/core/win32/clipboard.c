/* clipboard.c - our promise on the clipboard, and who makes us keep it ("Clipboard Operations, Delayed Rendering").
 *
 * The text is promised, not put there. Whoever wants it makes the system ask us with WM_RENDERFORMAT while he has the
 * clipboard open, so GetOpenClipboardWindow() tells who it is. Only the pinned window's own program gets it, by no
 * other window that can be seen, and only once the chord went out: a clipboard manager gets nothing, and the promise
 * stands as before. Runs in the thread of pump.c. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

/* What keeps a text out of the clipboard's history and of other machines ("Cloud Clipboard and Clipboard History
 * Formats"), and out of the histories of other programs. Each says it by being there, those of size 4 by a 0. */
static const wchar_t *const MARKS[] = {L"ExcludeClipboardContentFromMonitorProcessing", L"CanIncludeInClipboardHistory",
                                       L"CanUploadToCloudClipboard", L"Clipboard Viewer Ignore"};

/* Names are registered once: each is a question to the system, and every promise needs all of them. */
static bool put_marks(void)
{
    static UINT ids[sizeof MARKS / sizeof *MARKS];
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++) {
        UINT id = ids[i] ? ids[i] : (ids[i] = RegisterClipboardFormatW(MARKS[i]));
        HGLOBAL zero = GlobalAlloc(GMEM_MOVEABLE | GMEM_ZEROINIT, sizeof(DWORD));
        if (!id || !zero || !SetClipboardData(id, zero)) {
            GlobalFree(zero);
            return false;
        }
    }
    return true;
}

bool win32_clipboard_forget(struct win32_clipboard *c)
{
    bool was = c->text != NULL;
    free(c->text);
    c->text = NULL;
    c->armed = false;
    return was;
}

static bool refuse_busy(struct win32_clipboard *c)
{
    HWND holder = GetOpenClipboardWindow();
    char *title = holder ? win32_title(GetAncestor(holder, GA_ROOT)) : NULL;
    c->busy = true;
    error_set(&c->problem, EC_REFUSED, "another program has the clipboard open and does not close it%s%s%s",
              title && *title ? ": '" : "", title ? title : "", title && *title ? "'" : "");
    free(title);
    return false;
}

static void set_taking(struct win32_clipboard *c, bool taking)
{
    EnterCriticalSection(&c->guard);
    c->taking = taking;
    LeaveCriticalSection(&c->guard);
}

/* The clipboard is open. *emptied also when it fails afterwards: then the user's formats are to be put back. */
static bool promise(struct win32_clipboard *c, bool *emptied)
{
    set_taking(c, true);
    *emptied = EmptyClipboard() != 0;
    set_taking(c, false);
    SetClipboardData(CF_UNICODETEXT, NULL); /* answers NULL for a promise as well as for a failure */
    if (*emptied && IsClipboardFormatAvailable(CF_UNICODETEXT) && put_marks())
        return true;
    return error_from_windows(&c->problem, GetLastError(), "the clipboard");
}

/* False: its owner took so long that the paste was given up meanwhile; then nothing of it is touched. */
static bool save(struct win32_clipboard *c)
{
    win32_save_clear(&c->saved);
    win32_save_read(&c->saved, &c->unsaved);
    EnterCriticalSection(&c->guard);
    bool kept = c->kept = !c->given_up;
    LeaveCriticalSection(&c->guard);
    if (!kept)
        error_clear(&c->unsaved); /* it stays where it is */
    return kept;
}

/* Saves what others have there, then promises the text. */
static bool take(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    if (!OpenClipboard(w->own))
        return refuse_busy(c);
    bool emptied = c->ours;
    if (!c->ours && !save(c)) {
        CloseClipboard();
        return error_set(&c->problem, EC_TIMEOUT, "nobody waits for the clipboard any more");
    }
    bool ok = promise(c, &emptied);
    EnterCriticalSection(&c->guard);
    c->ours = emptied;
    LeaveCriticalSection(&c->guard);
    CloseClipboard();
    return ok;
}

/* What was handed out lies on the clipboard for everybody: a new promise takes it away. */
static bool renew(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    bool emptied, ok = true;
    if (!c->ours)
        return true;
    if (!OpenClipboard(w->own))
        return refuse_busy(c);
    if (GetClipboardOwner() == w->own)
        ok = promise(c, &emptied);
    CloseClipboard();
    return ok;
}

/* Gives back what the user had, unless somebody has put something newer there. */
static bool restore(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    size_t refused = 0, all = c->saved.n;
    if (c->kept && c->ours) {
        if (!OpenClipboard(w->own))
            return refuse_busy(c);
        set_taking(c, true);
        if (GetClipboardOwner() == w->own)
            refused = win32_save_write(&c->saved);
        set_taking(c, false);
        CloseClipboard();
    }
    win32_save_clear(&c->saved);
    EnterCriticalSection(&c->guard);
    c->ours = c->kept = false;
    win32_clipboard_forget(c);
    LeaveCriticalSection(&c->guard);
    return !refused || error_set(&c->problem, EC_IO, "the system did not take %u of its %u formats back",
                                 (unsigned)refused, (unsigned)all);
}

void win32_clipboard_order(struct win32 *w, enum win32_order order)
{
    struct win32_clipboard *c = &w->clipboard;
    c->busy = false;
    bool ok = order == ORDER_TAKE ? take(w) : order == ORDER_RENEW ? renew(w) : restore(w);
    EnterCriticalSection(&c->guard);
    c->failed = !ok;
    c->done = true;
    LeaveCriticalSection(&c->guard);
}

/* Is it the window, inside it, or one of its dialogs and palettes? */
static bool is_of(HWND reader, HWND target)
{
    HWND root = GetAncestor(reader, GA_ROOT);
    for (int depth = 0; root && root != target && depth < 64; depth++)
        root = GetWindow(root, GW_OWNER);
    return root == target;
}

/* A window of its own, with a frame on the screen or in the task bar. */
static bool can_be_seen(HWND window)
{
    RECT where;
    HWND root = GetAncestor(window, GA_ROOT);
    return root && IsWindowVisible(root) && GetWindowRect(root, &where) && !IsRectEmpty(&where);
}

/* Programs read by windows that they made for messages alone (Chromium's, OLE's): those stand for the whole process.
 * A window that can be seen stands for itself: of five windows of one editor the others are no target. */
static enum win32_reader who_reads(const struct win32_clipboard *c, HWND *reader)
{
    DWORD pid;
    *reader = GetOpenClipboardWindow();
    if (!*reader || !GetWindowThreadProcessId(*reader, &pid))
        return READER_NAMELESS; /* nobody's window, or one that closed meanwhile */
    if (!IsWindow(c->target))
        return READER_FOREIGN; /* the pinned window is gone: it reads nothing */
    if (is_of(*reader, c->target))
        return READER_WINDOW;
    return pid == c->target_pid && !can_be_seen(*reader) ? READER_PROCESS : READER_FOREIGN;
}

void win32_clipboard_render(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    HWND window;
    EnterCriticalSection(&c->guard);
    enum win32_reader reader = who_reads(c, &window);
    if (reader == READER_FOREIGN)
        c->foreign = window;
    if (reader != READER_FOREIGN && c->armed && c->text) {
        size_t bytes = (wcslen(c->text) + 1) * sizeof *c->text;
        HGLOBAL copy = GlobalAlloc(GMEM_MOVEABLE, bytes);
        void *to = copy ? GlobalLock(copy) : NULL;
        if (to) {
            memcpy(to, c->text, bytes);
            GlobalUnlock(copy);
        }
        if (to && SetClipboardData(CF_UNICODETEXT, copy))
            c->reads[reader]++;
        else
            GlobalFree(copy);
    }
    LeaveCriticalSection(&c->guard);
}

void win32_clipboard_destroyed(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    EnterCriticalSection(&c->guard);
    if (!c->taking)
        c->ours = false;
    LeaveCriticalSection(&c->guard);
}
