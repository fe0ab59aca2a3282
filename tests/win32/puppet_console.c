/* A console of one's own, and a person at it. What is done to one that is there already attaches to it first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "puppet.h"

#define LEGACY 437 /* a code page that is not UTF-8: what a console begins with in many countries */

static HANDLE in, out;

/* Ctrl-C and the console's end are for the program in it. */
static BOOL WINAPI stay(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

static bool open_console(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    DWORD both = GENERIC_READ | GENERIC_WRITE, shared = FILE_SHARE_READ | FILE_SHARE_WRITE;
    in = CreateFileW(L"CONIN$", both, shared, &inherited, OPEN_EXISTING, 0, NULL);
    out = CreateFileW(L"CONOUT$", both, shared, &inherited, OPEN_EXISTING, 0, NULL);
    return in != INVALID_HANDLE_VALUE && out != INVALID_HANDLE_VALUE && SetConsoleCtrlHandler(stay, TRUE);
}

/* What a program may change and has to put back. */
static void say_state(const char *when)
{
    DWORD in_mode = 0, out_mode = 0;
    GetConsoleMode(in, &in_mode);
    GetConsoleMode(out, &out_mode);
    say("%s in %u %lx out %u %lx", when, GetConsoleCP(), in_mode, GetConsoleOutputCP(), out_mode);
}

/* The rest of our own command line, from the nth word on, as it stands there. */
static wchar_t *rest_of_line(int words)
{
    wchar_t *at = GetCommandLineW();
    for (; words > 0; words--) {
        bool quoted = *at == L'"';
        at += quoted;
        while (*at && (quoted ? *at != L'"' : *at != L' '))
            at++;
        at += quoted && *at;
        while (*at == L' ')
            at++;
    }
    return at;
}

int console(void)
{
    FreeConsole();
    if (!AllocConsole() || !open_console())
        return 1;
    ShowWindow(GetConsoleWindow(), SW_SHOW); /* for whoever looks on: we were started without a window */
    SetConsoleCP(LEGACY);
    SetConsoleOutputCP(LEGACY);
    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    start.hStdInput = in;
    start.hStdOutput = start.hStdError = out;
    PROCESS_INFORMATION child;
    say_state("before");
    if (!CreateProcessW(NULL, rest_of_line(2), NULL, NULL, TRUE, 0, NULL, NULL, &start, &child)) {
        say("error %lu", GetLastError());
        return 1;
    }
    say("console %lu", GetCurrentProcessId());
    say("program %lu", child.dwProcessId);
    WaitForSingleObject(child.hProcess, INFINITE);
    DWORD status = 0;
    GetExitCodeProcess(child.hProcess, &status);
    say_state("after");
    say("ended %lu", status);
    Sleep(INFINITE);
    return 0;
}

static void print_screen(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!GetConsoleScreenBufferInfo(out, &info))
        return;
    SHORT width = info.dwSize.X;
    wchar_t *row = calloc((size_t)width + 1, sizeof *row);
    for (SHORT y = 0; y <= info.dwCursorPosition.Y || y <= info.srWindow.Bottom; y++) {
        DWORD n = 0;
        ReadConsoleOutputCharacterW(out, row, (DWORD)width, (COORD){0, y}, &n);
        while (n > 0 && row[n - 1] == L' ')
            n--;
        row[n] = L'\0';
        char *line = utf8(row);
        say("%s", line);
        free(line);
    }
    free(row);
}

static bool press(WORD key, wchar_t character, DWORD state)
{
    INPUT_RECORD events[2] = {0};
    for (int i = 0; i < 2; i++) {
        events[i].EventType = KEY_EVENT;
        events[i].Event.KeyEvent.bKeyDown = i == 0;
        events[i].Event.KeyEvent.wRepeatCount = 1;
        events[i].Event.KeyEvent.wVirtualKeyCode = key;
        events[i].Event.KeyEvent.uChar.UnicodeChar = character;
        events[i].Event.KeyEvent.dwControlKeyState = state;
    }
    DWORD n = 0;
    return WriteConsoleInputW(in, events, 2, &n) && n == 2;
}

/* Windows makes the event of a real key alone, and Wine of this one, too. */
static bool interrupt(void)
{
    DWORD left = 0;
    if (!press(L'C', 3, LEFT_CTRL_PRESSED) || !GetNumberOfConsoleInputEvents(in, &left))
        return false;
    return left == 0 || (FlushConsoleInputBuffer(in) && GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
}

static bool press_named(const wchar_t *name)
{
    static const struct {
        const wchar_t *name;
        WORD key;
        wchar_t character;
        DWORD state;
    } keys[] = {
        {L"Return", VK_RETURN, L'\r', 0},
        {L"Escape", VK_ESCAPE, 27, 0},
        {L"Tab", VK_TAB, L'\t', 0},
        {L"BackSpace", VK_BACK, L'\b', 0},
        {L"Delete", VK_DELETE, 0, ENHANCED_KEY},
        {L"Up", VK_UP, 0, ENHANCED_KEY},
        {L"Down", VK_DOWN, 0, ENHANCED_KEY},
        {L"Left", VK_LEFT, 0, ENHANCED_KEY},
        {L"Home", VK_HOME, 0, ENHANCED_KEY},
        {L"End", VK_END, 0, ENHANCED_KEY},
        {L"Ctrl+Z", L'Z', 26, LEFT_CTRL_PRESSED},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (wcscmp(name, keys[i].name) == 0)
            return press(keys[i].key, keys[i].character, keys[i].state);
    return wcscmp(name, L"Ctrl+C") == 0 && interrupt();
}

static bool type(const wchar_t *text)
{
    for (; *text; text++)
        if (!press(0, *text, 0))
            return false;
    return true;
}

int at_console(DWORD pid, const char *what, const wchar_t *argument)
{
    FreeConsole();
    if (!AttachConsole(pid) || !open_console())
        return 1;
    if (!strcmp(what, "screen"))
        print_screen();
    else if (!strcmp(what, "state"))
        say_state("now");
    else if (!strcmp(what, "type"))
        return type(argument) ? 0 : 1;
    else
        return strcmp(what, "key") == 0 && press_named(argument) ? 0 : 1;
    return 0;
}

/* As the system tells a program that its console is closed: a thread in it, which calls the program's handlers. When
 * they return the system ends the program. Wine has the thread, but no window that would start it. */
int close_console(DWORD pid)
{
    HMODULE base = GetModuleHandleW(L"kernelbase.dll");
    FARPROC routine = base ? GetProcAddress(base, "CtrlRoutine") : NULL;
    HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, pid);
    HANDLE thread = routine && process
                        ? CreateRemoteThread(process, NULL, 0, (LPTHREAD_START_ROUTINE)(void (*)(void))routine,
                                             (void *)CTRL_CLOSE_EVENT, 0, NULL)
                        : NULL;
    if (!thread)
        return 1;
    WaitForSingleObject(thread, INFINITE);
    TerminateProcess(process, STATUS_CONTROL_C_EXIT);
    return 0;
}

static BOOL WINAPI ignore(DWORD event)
{
    (void)event;
    return TRUE;
}

int stubborn(const wchar_t *path)
{
    SetConsoleCtrlHandler(ignore, TRUE);
    HANDLE up = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    Sleep(INFINITE);
    return up != NULL;
}
