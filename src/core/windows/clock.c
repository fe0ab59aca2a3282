/* clock.c - the machine's clocks, and what asks us to stop: Ctrl-C, Ctrl-Break, the console's or the session's end. */
#include <windows.h>

#include "../clock_private.h"

#define TICK 100                               /* ns: what the system counts in */
#define UNIX_EPOCH INT64_C(116444736000000000) /* 1970 in ticks since 1601 */
#define HURRY_AFTER 2000                       /* ms, of the 5 s that a console's end leaves us */
#define STOPPED_BY_CTRL_C ((UINT)0xC000013A)   /* STATUS_CONTROL_C_EXIT */

typedef void(WINAPI *precise_clock)(PULONGLONG ticks);

/* QueryUnbiasedInterruptTimePrecise, from Windows 10 on; NULL: not there. The other one moves by 0.5 to 16 ms. */
static precise_clock precise(void)
{
    static bool looked;
    static precise_clock found;
    if (!looked) {
        HMODULE base = GetModuleHandleW(L"kernelbase.dll");
        FARPROC p = base ? GetProcAddress(base, "QueryUnbiasedInterruptTimePrecise") : NULL;
        found = (precise_clock)(void (*)(void))p;
        looked = true;
    }
    return found;
}

int64_t clock_machine(void)
{
    ULONGLONG ticks = 0;
    precise_clock read = precise();
    if (read)
        read(&ticks);
    else
        QueryUnbiasedInterruptTime(&ticks);
    return (int64_t)ticks * TICK;
}

int64_t clock_wall_ms(void)
{
    FILETIME t;
    GetSystemTimePreciseAsFileTime(&t);
    int64_t ticks = (int64_t)((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime) - UNIX_EPOCH;
    return ticks * TICK / CLOCK_MS;
}

void cancel_default(int number)
{
    (void)number;
    TerminateProcess(GetCurrentProcess(), STOPPED_BY_CTRL_C);
}

static HANDLE script_thread; /* the one that everything but this handler runs in */

/* The system calls this in a thread of its own. What a request does is made for a signal handler, during which the
 * interrupted thread stands still: so it does here. */
static void request(int number)
{
    CONTEXT context = {.ContextFlags = CONTEXT_CONTROL};
    bool stopped = SuspendThread(script_thread) != (DWORD)-1;
    if (stopped)
        GetThreadContext(script_thread, &context); /* returns once it stands */
    cancel_request(number);
    if (stopped)
        ResumeThread(script_thread);
}

/* The process ends when this returns, or after 5 s ("HandlerRoutine" in Microsoft's documentation): the report is
 * written in the other thread meanwhile. It does not wait for those who do not end when they are asked to. */
static void end_with_console(void)
{
    request(CANCEL_HANGUP);
    Sleep(HURRY_AFTER);
    if (!cancel_hurried())
        request(CANCEL_TERMINATE);
    SuspendThread(GetCurrentThread());
}

static BOOL WINAPI on_console(DWORD event)
{
    switch (event) {
    case CTRL_C_EVENT: request(CANCEL_INTERRUPT); return TRUE;
    case CTRL_BREAK_EVENT: request(CANCEL_TERMINATE); return TRUE;
    case CTRL_CLOSE_EVENT:
    case CTRL_LOGOFF_EVENT:
    case CTRL_SHUTDOWN_EVENT: end_with_console(); return TRUE;
    default: return FALSE;
    }
}

void cancel_install(void)
{
    if (!script_thread)
        DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &script_thread, 0, FALSE,
                        DUPLICATE_SAME_ACCESS);
    SetConsoleCtrlHandler(NULL, FALSE); /* who started us may have switched Ctrl-C off; a child inherits that */
    SetConsoleCtrlHandler(on_console, TRUE);
}
