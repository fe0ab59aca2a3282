#include "../program.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include "../clock.h"
#include "../path.h"
#include "system.h"

#ifdef __MINGW32__
/* Its C run time would put the names of files in the place of an argument with a `*`. */
extern int _dowildcard; /* NOLINT(bugprone-reserved-identifier): its name */
int _dowildcard = 0;    /* NOLINT(bugprone-reserved-identifier) */
#endif

/* What the console was when we came. It belongs to the shell that started us. */
static struct {
    UINT code_page;
    HANDLE out;
    DWORD mode;
    bool has_mode;
} console;

static void restore_console(void)
{
    if (console.has_mode)
        SetConsoleMode(console.out, console.mode);
    console.has_mode = false;
    if (console.code_page)
        SetConsoleOutputCP(console.code_page);
    console.code_page = 0;
}

void program_start(void)
{
    for (int fd = 0; fd <= 2; fd++)
        _setmode(fd, _O_BINARY);
    setvbuf(stderr, NULL, _IONBF, 0); /* Wine's C library keeps the last words of those who are killed */
    console.out = GetStdHandle(STD_OUTPUT_HANDLE);
    console.has_mode = GetConsoleMode(console.out, &console.mode);
    if (console.has_mode) {
        SetConsoleMode(console.out, console.mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
        setvbuf(stdout, NULL, _IONBF, 0); /* else a text goes out byte by byte, and its characters in parts */
    }
    UINT code_page = GetConsoleOutputCP(); /* 0: no console */
    if (code_page && code_page != CP_UTF8 && SetConsoleOutputCP(CP_UTF8))
        console.code_page = code_page;
    atexit(restore_console);
    cancel_on_death(restore_console);
}

char *program_path(struct error *err)
{
    for (DWORD room = 512;; room *= 2) {
        wchar_t *path = malloc(room * sizeof *path);
        DWORD n = path ? GetModuleFileNameW(NULL, path, room) : 0;
        char *out = n && n < room ? wide_to_utf8(path) : NULL;
        free(path);
        if (out) {
            path_from_system(out);
            return out;
        }
        if (n == room && room < 65536)
            continue;
        error_from_windows(err, GetLastError(), "our own path");
        return NULL;
    }
}

char *program_host(void)
{
    wchar_t name[256]; /* a DNS label has at most 63 characters */
    DWORD room = sizeof name / sizeof *name;
    return wide_to_utf8(GetComputerNameExW(ComputerNameDnsHostname, name, &room) ? name : L"unknown");
}

/* GetVersionEx tells what the manifest names; this one tells the truth. */
typedef LONG(WINAPI *version_call)(OSVERSIONINFOW *version);

char *program_os(void)
{
    OSVERSIONINFOW v = {.dwOSVersionInfoSize = sizeof v};
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    version_call version = ntdll ? (version_call)(void (*)(void))GetProcAddress(ntdll, "RtlGetVersion") : NULL;
    bool wine = ntdll && GetProcAddress(ntdll, "wine_get_version");
    if (version)
        version(&v);
    SYSTEM_INFO info;
    GetNativeSystemInfo(&info);
    const char *machine = info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64   ? "x86_64"
                          : info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_ARM64 ? "aarch64"
                                                                                        : "x86";
    char text[96];
    snprintf(text, sizeof text, "Windows %lu.%lu.%lu%s %s", v.dwMajorVersion, v.dwMinorVersion, v.dwBuildNumber,
             wine ? " (Wine)" : "", machine);
    return _strdup(text);
}

int64_t program_pid(void)
{
    return (int64_t)GetCurrentProcessId();
}
