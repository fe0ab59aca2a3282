/* field.c - where a window takes text, and what stands there. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

#define ANSWER_MS 1000 /* for a program to say what stands in its field; a hung one says nothing */

/* "Window Classes": the system's own controls that take no text. */
static const char *const TEXTLESS[] = {"Button",
                                       "ListBox",
                                       "ComboLBox",
                                       "ComboBox",
                                       "Static",
                                       "ScrollBar",
                                       "SysListView32",
                                       "SysTreeView32",
                                       "SysTabControl32",
                                       "ToolbarWindow32",
                                       "msctls_trackbar32",
                                       "SysHeader32",
                                       "SysLink",
                                       NULL};

/* Edit, RichEdit20W, RICHEDIT50W, RichEditD2DPT, WindowsForms10.EDIT.app.…, TEdit, TMemo: each answers WM_GETTEXT. */
static bool is_edit(HWND control)
{
    char *name = win32_class(control);
    bool is = false;
    if (name) {
        _strlwr(name);
        is = strstr(name, "edit") != NULL || strstr(name, "memo") != NULL;
    }
    free(name);
    return is;
}

enum win32_field_kind win32_field_kind(HWND window, HWND control)
{
    if (is_edit(control)) {
        LONG_PTR style = GetWindowLongPtrW(control, GWL_STYLE);
        return (style & (ES_READONLY | ES_PASSWORD)) || !IsWindowEnabled(control) ? FIELD_NO : FIELD_TEXT;
    }
    if (win32_is_class(control, TEXTLESS))
        return FIELD_NO;
    return control == window ? FIELD_FRAME : FIELD_OTHER;
}

struct fields {
    HWND window, found;
    unsigned n;
};

static BOOL CALLBACK count_field(HWND control, LPARAM fields)
{
    struct fields *f = (struct fields *)fields;
    if (IsWindowVisible(control) && win32_field_kind(f->window, control) == FIELD_TEXT) {
        f->found = control;
        f->n++;
    }
    return TRUE;
}

HWND win32_field_of(HWND window)
{
    GUITHREADINFO info = {.cbSize = sizeof info};
    struct fields f = {.window = window};
    bool told = GetGUIThreadInfo(GetWindowThreadProcessId(window, NULL), &info);
    if (told && info.hwndFocus && (info.hwndFocus == window || IsChild(window, info.hwndFocus)) &&
        win32_field_kind(window, info.hwndFocus) == FIELD_TEXT)
        return info.hwndFocus;
    EnumChildWindows(window, count_field, (LPARAM)&f);
    return f.n == 1 ? f.found : NULL;
}

static bool ask(HWND field, UINT message, WPARAM wparam, LPARAM lparam, DWORD_PTR *answer)
{
    return SendMessageTimeoutW(field, message, wparam, lparam, SMTO_ABORTIFHUNG | SMTO_BLOCK, ANSWER_MS, answer) != 0;
}

bool win32_field_text(const struct window_pin *pin, char **text, size_t *len, struct error *err)
{
    DWORD_PTR units = 0, got = 0;
    *text = NULL;
    *len = 0;
    if (!win32_check_there(pin, err))
        return false;
    HWND field = win32_field_of(win32_check_window(pin));
    if (!field)
        return error_set(err, EC_UNSUPPORTED, "'%s': what this window shows cannot be read", pin->token);
    if (!ask(field, WM_GETTEXTLENGTH, 0, 0, &units))
        return error_set(err, EC_TIMEOUT, "'%s': its program does not answer", pin->token);
    wchar_t *wide = units < SIZE_MAX / sizeof *wide - 2 ? malloc((units + 2) * sizeof *wide) : NULL;
    if (wide && ask(field, WM_GETTEXT, units + 2, (LPARAM)wide, &got))
        *text = win32_utf8_lines(wide, got);
    else if (wide)
        error_set(err, EC_TIMEOUT, "'%s': its program does not answer", pin->token);
    if (!wide || (!*text && got))
        error_set(err, EC_MEMORY, "no memory for what the window shows");
    free(wide);
    *len = *text ? strlen(*text) : 0;
    return *text != NULL;
}
