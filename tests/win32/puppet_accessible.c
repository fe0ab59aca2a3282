/* puppet_accessible.c - a field that tells of itself as to a screen reader (Microsoft Active Accessibility): the object
 * behind WM_GETOBJECT. MANNER, beside those of puppet_editor.c:
 *
 *     short | decorated    its value is cut after 30 characters | has words before the text
 *     line                 its value is the line with the cursor
 *     mute                 never answers what its value is, and goes on with all else
 */
#define COBJMACROS
#include "puppet.h"

#include <oleacc.h>
#include <string.h>

static const GUID ACCESSIBLE = {0x618736e0, 0x3c3d, 0x11cf, {0x81, 0x0c, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71}};
static const wchar_t *(*text_of)(void);
static const char *manner;

static HRESULT STDMETHODCALLTYPE query(IAccessible *self, REFIID id, void **to)
{
    bool known = IsEqualGUID(id, &ACCESSIBLE) || IsEqualGUID(id, &IID_IDispatch) || IsEqualGUID(id, &IID_IUnknown);
    *to = known ? self : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

/* One object for as long as the process lives. */
static ULONG STDMETHODCALLTYPE count(IAccessible *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE get_focus(IAccessible *self, VARIANT *focus)
{
    (void)self;
    focus->vt = VT_I4;
    focus->lVal = CHILDID_SELF;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_role(IAccessible *self, VARIANT child, VARIANT *role)
{
    (void)self;
    (void)child;
    role->vt = VT_I4;
    role->lVal = ROLE_SYSTEM_TEXT;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_state(IAccessible *self, VARIANT child, VARIANT *state)
{
    (void)self;
    (void)child;
    state->vt = VT_I4;
    state->lVal = STATE_SYSTEM_FOCUSED | (strstr(manner, "readonly") ? STATE_SYSTEM_READONLY : 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_value(IAccessible *self, VARIANT child, BSTR *value)
{
    static wchar_t told[1 << 16];
    (void)self;
    (void)child;
    if (strstr(manner, "mute")) {
        say("asked");
        loop();
    }
    const wchar_t *line = wcsrchr(text_of(), L'\n');
    bool decorated = strstr(manner, "decorated") != NULL;
    wcscpy(told, decorated ? L"Message: " : L"");
    wcsncat(told, strstr(manner, "line") && line ? line + 1 : text_of(), strstr(manner, "short") ? 30 : 60000);
    *value = SysAllocString(told);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE nothing(void)
{
    return E_NOTIMPL;
}

LRESULT accessible_object(WPARAM wparam, const wchar_t *(*text)(void), const char *manners)
{
    static IAccessibleVtbl table;
    static IAccessible object = {.lpVtbl = &table};
    text_of = text;
    manner = manners;
    if (!table.QueryInterface) {
        CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
        /* The other methods take arguments that nobody looks at: the caller cleans up. */
        for (size_t i = 0; i < sizeof table / sizeof(void *); i++)
            ((HRESULT(STDMETHODCALLTYPE **)(void))(void *)&table)[i] = nothing;
        table.QueryInterface = query;
        table.AddRef = table.Release = count;
        table.get_accFocus = get_focus;
        table.get_accRole = get_role;
        table.get_accState = get_state;
        table.get_accValue = get_value;
    }
    return LresultFromObject(&ACCESSIBLE, wparam, (IUnknown *)(void *)&object);
}
