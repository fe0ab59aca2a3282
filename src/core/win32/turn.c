/* turn.c - one dispatcher at a time in this session: who could make the named section. Its page says who that is, and
 * the kernel frees it when he dies ("Object Namespaces": Local is the session's). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "win32.h"

#define NAME L"Local\\dispatch-sending"
enum { ROOM = 256 }; /* bytes; ended by a NUL */

static void sign(char *page)
{
    char when[16] = "";
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm local;
    if (localtime_s(&local, &now) == 0)
        strftime(when, sizeof when, "%H:%M:%S", &local);
    snprintf(page, ROOM, "process %lu, since %s", (unsigned long)GetCurrentProcessId(), when);
}

/* False and no error: somebody else has it. holder: ROOM bytes. */
static bool try_once(struct win32 *w, char *holder, struct error *err)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, ROOM, NAME);
    DWORD number = GetLastError();
    snprintf(holder, ROOM, "it does not tell its process");
    if (!section && number == ERROR_ACCESS_DENIED) {
        snprintf(holder, ROOM, "it runs with other rights");
        return false;
    }
    if (!section)
        return error_from_windows(err, number, "the lock of this session");
    char *page = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, ROOM);
    bool ours = number != ERROR_ALREADY_EXISTS;
    if (page && ours)
        sign(page);
    else if (page && page[0])
        snprintf(holder, ROOM, "%.*s", ROOM - 1, page);
    if (page)
        UnmapViewOfFile(page);
    if (ours)
        w->turn = section;
    else
        CloseHandle(section);
    return ours;
}

bool win32_turn_take(struct win32 *w, int64_t until, struct error *err)
{
    char holder[ROOM];
    struct error problem = {0};
    while (!w->turn && !try_once(w, holder, &problem)) {
        int64_t now = clock_now(), next = now + 10 * CLOCK_MS; /* nothing tells of its end */
        if (problem.code) {
            error_clear(err);
            *err = problem;
            return false;
        }
        if (now >= until)
            return error_set(err, EC_LOCKED, "another dispatch is sending in this session (%s); wait for it, or end it",
                             holder);
        enum wait_result result = wait_for(NULL, next < until ? next : until, err);
        if (result != WAIT_EXPIRED)
            return wait_refuse(result, err, "the other one did not finish");
    }
    return true;
}

void win32_turn_give(struct win32 *w)
{
    if (w->turn)
        CloseHandle(w->turn);
    w->turn = NULL;
}
