/* session.c - does anybody's input reach this session's windows? */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

#include <wtsapi32.h>

/* Remote Desktop was closed without signing out: the windows are there, and no keyboard. */
static bool is_disconnected(void)
{
    wchar_t *state = NULL;
    DWORD bytes = 0;
    bool gone =
        WTSQuerySessionInformationW(WTS_CURRENT_SERVER_HANDLE, WTS_CURRENT_SESSION, WTSConnectState, &state, &bytes) &&
        bytes >= sizeof(WTS_CONNECTSTATE_CLASS) && *(WTS_CONNECTSTATE_CLASS *)(void *)state == WTSDisconnected;
    WTSFreeMemory(state);
    return gone;
}

static bool same_name(HDESK a, HDESK b)
{
    wchar_t names[2][256] = {{0}};
    return GetUserObjectInformationW(a, UOI_NAME, names[0], sizeof names[0], NULL) &&
           GetUserObjectInformationW(b, UOI_NAME, names[1], sizeof names[1], NULL) && wcscmp(names[0], names[1]) == 0;
}

/* The desktop that keys go to ("Desktops"): while the screen is locked, or asks for rights, it is one of the system's,
 * which we may not open. */
bool win32_session_open(const char *token, struct error *err)
{
    HDESK input = OpenInputDesktop(0, FALSE, DESKTOP_READOBJECTS);
    bool ours = input && same_name(input, GetThreadDesktop(GetCurrentThreadId()));
    if (input)
        CloseDesktop(input);
    if (!ours)
        return error_set(err, EC_REFUSED,
                         "'%s': the screen is locked, or shows a question of the system; keys would go there. "
                         "Unlock it and start again",
                         token);
    if (is_disconnected())
        return error_set(err, EC_REFUSED,
                         "'%s': this session is disconnected and gets no keys; connect to it and start again", token);
    return true;
}
