/* puppet - a Windows program that does what a test needs somebody else to do: puppet VERB ARGUMENTS. Says on stdout
 * what happened, a line each; ends by itself or when it is killed.
 *
 *     edit TITLE LOG [MANNER]   a frame with a field of several lines, as a chat: Enter appends what stands there to
 *                               the file LOG, with the byte 1E behind it; "shown". MANNER: puppet_editor.c
 *     alone TEXT                prints how many ms an Edit control takes for it, when nobody else has a part in that
 *     own TEXT [MANNER]         the user's clipboard: text and two formats more; "owned", and "lost" at the end
 *         late | slow | hang    each is made when somebody asks | after 600 ms, "answered" | never
 *         big                   a fourth has 70 MiB
 *     text | formats            prints the clipboard's text | each format with its size and a sum of its bytes
 *     empty                     empties it
 *     manager [slow] | thief    whenever the clipboard changes: reads it, for 30 ms, "read N" | takes it, "took"
 *     hold                      opens the clipboard and keeps it open; "held"
 *     press | release VK        (a number): what a person's hand does
 *     later press | release VK MS    after so many milliseconds; "done"
 *     state VK                  prints "down" or "up"
 *     order TITLE WHAT          minimise | hide | close | front, or a new title
 *     console PROGRAM ...       runs it in a console of its own and keeps that: "console PID", "program PID",
 *                               "ended STATUS"; "before" and "after", with code pages and modes
 *     at PID screen | state | type TEXT | key NAME
 *                               of the console that this process has: prints it, or does what a person does there
 *     close PID                 the console of this process is closed, as the process hears of it
 *     stubborn FILE             opens the file and lives on, whoever asks
 *     processes                 prints the number and the program of each process
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "puppet.h"

#include <tlhelp32.h> /* after windows.h */

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    puts("");
    fflush(stdout);
}

char *utf8(const wchar_t *text)
{
    int room = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *copy = malloc((size_t)room), *to = copy;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, copy, room, NULL, NULL);
    for (const char *from = copy; *from; from++)
        if (*from != '\r' || from[1] != '\n')
            *to++ = *from == '\r' ? '\n' : *from;
    *to = '\0';
    return copy;
}

wchar_t *utf16(const char *text)
{
    int room = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *plain = malloc((size_t)room * sizeof *plain), *copy = malloc((size_t)room * 2 * sizeof *copy), *to = copy;
    MultiByteToWideChar(CP_UTF8, 0, text, -1, plain, room);
    for (const wchar_t *from = plain; *from; from++) {
        if (*from == L'\n')
            *to++ = L'\r';
        *to++ = *from;
    }
    *to = L'\0';
    free(plain);
    return copy;
}

int loop(void)
{
    MSG message;
    while (GetMessageW(&message, NULL, 0, 0) > 0) {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    return 0;
}

static int press(const wchar_t *key, DWORD flags)
{
    INPUT event = {.type = INPUT_KEYBOARD};
    event.ki.wVk = (WORD)wcstoul(key, NULL, 0);
    event.ki.wScan = (WORD)MapVirtualKeyW(event.ki.wVk, MAPVK_VK_TO_VSC);
    event.ki.dwFlags = flags;
    return SendInput(1, &event, sizeof event) == 1 ? 0 : 1;
}

static int bring(HWND window)
{
    SetForegroundWindow(window);
    for (int i = 0; i < 500 && GetForegroundWindow() != window; i++)
        Sleep(10);
    return GetForegroundWindow() == window ? 0 : 1;
}

static int order(HWND window, const wchar_t *what)
{
    if (wcscmp(what, L"minimise") == 0)
        return ShowWindowAsync(window, SW_MINIMIZE) ? 0 : 1;
    if (wcscmp(what, L"hide") == 0)
        return ShowWindowAsync(window, SW_HIDE) ? 0 : 1;
    if (wcscmp(what, L"front") == 0)
        return bring(window);
    if (wcscmp(what, L"close") == 0)
        return PostMessageW(window, WM_CLOSE, 0, 0) ? 0 : 1;
    return SetWindowTextW(window, what) && SendMessageW(window, WM_SETTEXT, 0, (LPARAM)what) ? 0 : 1;
}

static int processes(void)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    for (BOOL more = Process32FirstW(all, &entry); more; more = Process32NextW(all, &entry)) {
        char *name = utf8(entry.szExeFile);
        say("%lu %s", (unsigned long)entry.th32ProcessID, name);
        free(name);
    }
    CloseHandle(all);
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    const wchar_t *one = argc > 2 ? argv[2] : L"", *two = argc > 3 ? argv[3] : L"";
    static char *verb, *text, *manner, *more; /* for as long as the process lives */
    verb = utf8(argc > 1 ? argv[1] : L"");
    text = utf8(one);
    manner = utf8(two);
    more = utf8(argc > 4 ? argv[4] : L"");
    if (!strcmp(verb, "edit"))
        return edit(one, two, more);
    if (!strcmp(verb, "alone"))
        return edit_alone(text);
    if (!strcmp(verb, "own"))
        return own(text, manner);
    if (!strcmp(verb, "text"))
        return print_text(false);
    if (!strcmp(verb, "formats"))
        return print_formats();
    if (!strcmp(verb, "manager") || !strcmp(verb, "thief"))
        return watch(*verb == 't', *text != 0);
    if (!strcmp(verb, "hold"))
        return hold();
    if (!strcmp(verb, "later")) {
        Sleep(argc > 4 ? wcstoul(argv[4], NULL, 10) : 0);
        int status = press(two, strcmp(text, "press") == 0 ? 0 : KEYEVENTF_KEYUP);
        say("done");
        return status;
    }
    if (!strcmp(verb, "state")) {
        say(GetAsyncKeyState((int)wcstoul(one, NULL, 0)) & 0x8000 ? "down" : "up");
        return 0;
    }
    if (!strcmp(verb, "empty"))
        return empty();
    if (!strcmp(verb, "press") || !strcmp(verb, "release"))
        return press(one, *verb == 'p' ? 0 : KEYEVENTF_KEYUP);
    if (!strcmp(verb, "console"))
        return console();
    if (!strcmp(verb, "at"))
        return at_console(wcstoul(one, NULL, 10), manner, argc > 4 ? argv[4] : L"");
    if (!strcmp(verb, "close"))
        return close_console(wcstoul(one, NULL, 10));
    if (!strcmp(verb, "stubborn"))
        return stubborn(one);
    if (!strcmp(verb, "processes"))
        return processes();
    if (!strcmp(verb, "order"))
        return order(FindWindowW(NULL, one), two);
    fprintf(stderr, "puppet: unknown verb '%s'\n", verb);
    return 64;
}
