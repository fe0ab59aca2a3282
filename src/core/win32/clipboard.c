/* clipboard.c - our promise on the clipboard, and who makes us keep it ("Clipboard Operations, Delayed Rendering").
 *
 * The text is promised, not put there. Whoever wants it makes the system ask us with WM_RENDERFORMAT while he has the
 * clipboard open, so GetOpenClipboardWindow() tells who it is. Only the pinned window's own program gets it, and only
 * once the chord went out: a clipboard manager gets nothing, and the promise stands as before. Runs in the thread of
 * pump.c. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

/* What keeps a text out of the clipboard's history and of other machines ("Cloud Clipboard and Clipboard History
 * Formats"), and out of the histories of other programs. Each says it by being there, those of size 4 by a 0. */
static const wchar_t *const MARKS[] = {L"ExcludeClipboardContentFromMonitorProcessing", L"CanIncludeInClipboardHistory",
                                       L"CanUploadToCloudClipboard", L"Clipboard Viewer Ignore"};

static bool put_marks(void)
{
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++) {
        UINT id = RegisterClipboardFormatW(MARKS[i]);
        HGLOBAL zero = GlobalAlloc(GMEM_MOVEABLE | GMEM_ZEROINIT, sizeof(DWORD));
        if (!id || !zero || !SetClipboardData(id, zero)) {
            GlobalFree(zero);
            return false;
        }
    }
    return true;
}

static void forget_text(struct win32_clipboard *c)
{
    free(c->text);
    c->text = NULL;
    c->armed = false;
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

/* Saves what others have there, then promises the text. */
static bool take(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    if (!OpenClipboard(w->own))
        return refuse_busy(c);
    bool emptied = c->ours;
    if (!c->ours) {
        win32_save_clear(&c->saved);
        win32_save_read(&c->saved, &c->unsaved);
        c->kept = true;
    }
    bool ok = promise(c, &emptied);
    EnterCriticalSection(&c->guard);
    c->ours = emptied;
    LeaveCriticalSection(&c->guard);
    CloseClipboard();
    return ok;
}

/* Gives back what the user had, unless somebody has put something newer there. */
static bool restore(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    if (c->kept && c->ours) {
        if (!OpenClipboard(w->own))
            return refuse_busy(c);
        set_taking(c, true);
        if (GetClipboardOwner() == w->own)
            win32_save_write(&c->saved);
        set_taking(c, false);
        CloseClipboard();
    }
    win32_save_clear(&c->saved);
    EnterCriticalSection(&c->guard);
    c->ours = c->kept = false;
    forget_text(c);
    LeaveCriticalSection(&c->guard);
    return true;
}

void win32_clipboard_order(struct win32 *w, enum win32_order order)
{
    struct win32_clipboard *c = &w->clipboard;
    c->busy = false;
    bool ok = order == ORDER_TAKE ? take(w) : restore(w);
    EnterCriticalSection(&c->guard);
    c->failed = !ok;
    c->done = true;
    LeaveCriticalSection(&c->guard);
}

static enum win32_reader who_reads(const struct win32_clipboard *c, DWORD *pid)
{
    HWND reader = GetOpenClipboardWindow();
    DWORD target = 0;
    *pid = 0;
    if (!reader || !GetWindowThreadProcessId(reader, pid))
        return READER_NAMELESS; /* nobody's window, or one that closed meanwhile */
    if (!c->target || !GetWindowThreadProcessId(c->target, &target))
        return READER_FOREIGN; /* the pinned window is gone: it reads nothing */
    bool inside = reader == c->target || GetAncestor(reader, GA_ROOTOWNER) == c->target;
    return inside || *pid == target ? READER_TARGET : READER_FOREIGN;
}

void win32_clipboard_render(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    DWORD pid;
    EnterCriticalSection(&c->guard);
    enum win32_reader reader = who_reads(c, &pid);
    if (reader == READER_FOREIGN)
        c->foreign = pid;
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
