/* save.c - what a person has on the clipboard, in all its formats, taken down and put back. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

enum kind { MEMORY, METAFILE, NOT_OURS };

/* As on X11: what is more takes longer than a person waits, and is copied again for each batch. */
#define MOST ((SIZE_T)64 << 20)

/* OLE's pointers at the objects of the program that was copied from: they mean nothing once another one owns the
 * clipboard, and the formats themselves stand beside them (OleSetClipboard). */
static bool is_ole_pointer(UINT id)
{
    wchar_t name[32] = L"";
    GetClipboardFormatNameW(id, name, 32);
    return wcscmp(name, L"DataObject") == 0 || wcscmp(name, L"Ole Private Data") == 0;
}

/* What stands behind a handle ("Standard Clipboard Formats"). Bitmaps, palettes and old metafiles are handles of GDI:
 * the system makes them anew from the formats that it offers with them (CF_DIB, CF_ENHMETAFILE). What a program drew
 * itself or gave a private number has no meaning without it. */
static enum kind kind_of(UINT id)
{
    if (id == CF_ENHMETAFILE || id == CF_DSPENHMETAFILE)
        return METAFILE;
    bool drawn = id == CF_BITMAP || id == CF_PALETTE || id == CF_METAFILEPICT || id == CF_OWNERDISPLAY ||
                 id == CF_DSPBITMAP || id == CF_DSPMETAFILEPICT;
    return drawn || (id >= CF_PRIVATEFIRST && id <= CF_GDIOBJLAST) || is_ole_pointer(id) ? NOT_OURS : MEMORY;
}

/* NULL: no memory, or it cannot be read. */
static HANDLE copy_memory(HANDLE data)
{
    SIZE_T len = GlobalSize(data);
    HGLOBAL copy = GlobalAlloc(GMEM_MOVEABLE | GMEM_ZEROINIT, len ? len : 1);
    void *from = copy && len ? GlobalLock(data) : NULL, *to = from ? GlobalLock(copy) : NULL;
    if (to)
        memcpy(to, from, len);
    if (to)
        GlobalUnlock(copy);
    if (from)
        GlobalUnlock(data);
    if (to || !len)
        return copy;
    GlobalFree(copy);
    return NULL;
}

static void drop(const struct win32_format *format)
{
    if (kind_of(format->id) == METAFILE)
        DeleteEnhMetaFile(format->data);
    else
        GlobalFree(format->data);
}

static bool keep(struct win32_saved *saved, UINT id, HANDLE copy)
{
    struct win32_format *items = copy ? realloc(saved->items, (saved->n + 1) * sizeof *items) : NULL;
    if (items) {
        saved->items = items;
        saved->items[saved->n++] = (struct win32_format){id, copy};
    } else if (copy) {
        drop(&(struct win32_format){id, copy});
    }
    return items != NULL;
}

void win32_save_read(struct win32_saved *saved, struct error *lost)
{
    bool any = false, memory = true, small = true;
    SIZE_T total = 0;
    error_clear(lost);
    for (UINT id = 0; (id = EnumClipboardFormats(id));) {
        enum kind kind = kind_of(id);
        HANDLE data = kind == NOT_OURS ? NULL : GetClipboardData(id); /* its owner may make it only now */
        any = true;
        total += data && kind == MEMORY ? GlobalSize(data) : 0;
        if (total > MOST)
            small = false;
        else if (data && !keep(saved, id, kind == METAFILE ? CopyEnhMetaFileW(data, NULL) : copy_memory(data)))
            memory = false;
    }
    if (!memory)
        error_set(lost, EC_MEMORY, "not all that is in the clipboard could be saved and will come back: out of memory");
    else if (!small)
        error_set(lost, EC_REFUSED,
                  "not all that is in the clipboard could be saved and will come back: it has more than 64 MiB");
    else if (any && !saved->n)
        error_set(lost, EC_REFUSED,
                  "what is in the clipboard could not be saved and will not come back: its owner does not hand it out");
}

size_t win32_save_write(struct win32_saved *saved)
{
    size_t refused = 0;
    EmptyClipboard();
    for (size_t i = 0; i < saved->n; i++)
        if (!SetClipboardData(saved->items[i].id, saved->items[i].data)) {
            drop(&saved->items[i]);
            refused++;
        }
    free(saved->items);
    *saved = (struct win32_saved){0};
    return refused;
}

void win32_save_clear(struct win32_saved *saved)
{
    for (size_t i = 0; i < saved->n; i++)
        drop(&saved->items[i]);
    free(saved->items);
    *saved = (struct win32_saved){0};
}
