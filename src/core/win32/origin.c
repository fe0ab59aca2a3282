/* origin.c - the processes behind windows: whose they are, and what runs in a terminal. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

#include <tlhelp32.h>

/* Windows in which a program of another process shows text. */
static const char *const TERMINALS[] = {"windowsterminal.exe", "openconsole.exe", "mintty.exe",
                                        "alacritty.exe",       "wezterm-gui.exe", NULL};
static const char *const CONSOLE[] = {"ConsoleWindowClass", "WineConsoleClass", NULL};
static const char *const SHELLS[] = {"cmd.exe", "powershell.exe", "pwsh.exe", "bash.exe", "sh.exe",
                                     "zsh.exe", "fish.exe",       "nu.exe",   NULL};
static const char *const RELAYS[] = {"ssh.exe",   "wsl.exe",       "wslhost.exe", "plink.exe",  "putty.exe",
                                     "mstsc.exe", "vmconnect.exe", "docker.exe",  "podman.exe", "kubectl.exe",
                                     NULL};

/* What the system knew of all processes at one moment. */
struct win32_table {
    PROCESSENTRY32W *items;
    size_t n;
};

static bool is_among(const char *const *names, const char *name)
{
    for (; name && *names; names++)
        if (_stricmp(*names, name) == 0)
            return true;
    return false;
}

bool win32_origin_is_console(HWND window)
{
    return win32_is_class(window, CONSOLE);
}

/* S-1-16-N ("Mandatory Integrity Control"): the last part is the level. False: not to be had. */
static bool integrity(HANDLE process, DWORD *level)
{
    HANDLE token;
    DWORD size = 0;
    if (!OpenProcessToken(process, TOKEN_QUERY, &token))
        return false;
    GetTokenInformation(token, TokenIntegrityLevel, NULL, 0, &size);
    TOKEN_MANDATORY_LABEL *label = size ? malloc(size) : NULL;
    bool ok = label && GetTokenInformation(token, TokenIntegrityLevel, label, size, &size);
    if (ok)
        *level = *GetSidSubAuthority(label->Label.Sid, (DWORD)(*GetSidSubAuthorityCount(label->Label.Sid) - 1));
    free(label);
    CloseHandle(token);
    return ok;
}

static bool is_above_us(HANDLE process)
{
    static DWORD ours; /* stays for as long as we live */
    static bool known;
    DWORD theirs;
    if (!known && !(known = integrity(GetCurrentProcess(), &ours)))
        return false; /* a system without levels */
    return !integrity(process, &theirs) || theirs > ours;
}

static char *file_name(HANDLE process)
{
    for (DWORD room = 256; room <= 65536; room *= 2) {
        wchar_t *path = malloc(room * sizeof *path);
        DWORD len = room;
        bool ok = path && QueryFullProcessImageNameW(process, 0, path, &len);
        DWORD number = ok ? 0 : GetLastError();
        const wchar_t *name = ok ? wcsrchr(path, L'\\') : NULL;
        char *copy = ok ? wide_to_utf8(name ? name + 1 : path) : NULL;
        free(path);
        if (ok || number != ERROR_INSUFFICIENT_BUFFER)
            return copy;
    }
    return NULL;
}

const struct win32_process *win32_origin_process(struct win32_origins *origins, DWORD pid)
{
    for (size_t i = 0; i < origins->n; i++)
        if (origins->items[i].pid == pid)
            return &origins->items[i];
    struct win32_process *items = realloc(origins->items, (origins->n + 1) * sizeof *items);
    if (!items)
        return NULL;
    origins->items = items;
    struct win32_process *p = &items[origins->n++];
    *p = (struct win32_process){.pid = pid};
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    if (process) {
        p->app = file_name(process);
        p->elevated = is_above_us(process);
        CloseHandle(process);
    } else {
        p->elevated = GetLastError() == ERROR_ACCESS_DENIED;
    }
    return p;
}

void win32_origin_clear(struct win32_origins *origins)
{
    if (origins->table)
        free(origins->table->items);
    free(origins->table);
    for (size_t i = 0; i < origins->n; i++)
        free(origins->items[i].app);
    free(origins->items);
    *origins = (struct win32_origins){0};
}

/* Once a look, and only for whom nothing cheaper decides. NULL: not to be had. */
static const struct win32_table *table_of(struct win32_origins *origins)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    struct win32_table *table = origins->table;
    if (table)
        return table;
    table = origins->table = calloc(1, sizeof *table);
    HANDLE snapshot = table ? CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) : INVALID_HANDLE_VALUE;
    if (snapshot == INVALID_HANDLE_VALUE)
        return table;
    for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry)) {
        PROCESSENTRY32W *items = realloc(table->items, (table->n + 1) * sizeof *items);
        if (!items)
            break;
        table->items = items;
        table->items[table->n++] = entry;
    }
    CloseHandle(snapshot);
    return table;
}

static const PROCESSENTRY32W *entry_of(const struct win32_table *table, DWORD pid)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->items[i].th32ProcessID == pid)
            return &table->items[i];
    return NULL;
}

/* The only child of a process but for the console's host; NULL: none or several. */
static const PROCESSENTRY32W *only_child(const struct win32_table *table, DWORD pid, size_t *children)
{
    const PROCESSENTRY32W *found = NULL;
    *children = 0;
    for (size_t i = 0; i < table->n; i++) {
        const PROCESSENTRY32W *p = &table->items[i];
        bool host = _wcsicmp(p->szExeFile, L"OpenConsole.exe") == 0 || _wcsicmp(p->szExeFile, L"conhost.exe") == 0;
        if (p->th32ParentProcessID != pid || p->th32ProcessID == pid || host)
            continue;
        found = p;
        ++*children;
    }
    return *children == 1 ? found : NULL;
}

/* The program that text in a terminal goes to, as far as parents and children tell: down from the terminal to who has
 * no child. */
static unsigned flags_of_terminal(const struct win32_table *table, bool console, DWORD pid)
{
    size_t children;
    const PROCESSENTRY32W *front = entry_of(table, pid);
    if (!console) /* of a console the system names the program, not its host */
        front = only_child(table, pid, &children);
    for (int depth = 0; front && depth < 64; depth++) {
        const PROCESSENTRY32W *next = only_child(table, front->th32ProcessID, &children);
        if (children > 1)
            return 0;
        if (!next)
            break;
        front = next;
    }
    char *name = front ? wide_to_utf8(front->szExeFile) : NULL;
    unsigned flags = (is_among(SHELLS, name) ? WINDOW_SHELL : 0u) | (is_among(RELAYS, name) ? WINDOW_RELAY : 0u);
    free(name);
    return flags;
}

struct siblings {
    DWORD pid;
    unsigned n;
};

static BOOL CALLBACK count_sibling(HWND window, LPARAM siblings_of)
{
    struct siblings *s = (struct siblings *)siblings_of;
    DWORD pid = 0;
    GetWindowThreadProcessId(window, &pid);
    s->n += pid == s->pid && IsWindowVisible(window) && GetWindowTextLengthW(window) > 0;
    return TRUE;
}

/* Ourselves, who began us, and so on: looked up once, since it stays; the table takes longer than the rest of a look.
 */
static bool is_of_our_line(struct win32_origins *origins, DWORD pid)
{
    static DWORD line[64];
    static size_t n;
    const struct win32_table *table = n ? NULL : table_of(origins);
    const PROCESSENTRY32W *p = table ? entry_of(table, GetCurrentProcessId()) : NULL;
    while (p && n < sizeof line / sizeof *line) {
        line[n++] = p->th32ProcessID;
        p = p->th32ParentProcessID == p->th32ProcessID ? NULL : entry_of(table, p->th32ParentProcessID);
    }
    for (size_t i = 0; i < n; i++)
        if (line[i] == pid)
            return true;
    return false;
}

/* Of several windows nobody can tell which is ours. */
static bool is_only_window(DWORD pid)
{
    struct siblings s = {.pid = pid};
    EnumWindows(count_sibling, (LPARAM)&s);
    return s.n == 1;
}

static bool is_our_console(HWND window)
{
    HWND console = GetConsoleWindow();
    return console && (console == window || GetAncestor(console, GA_ROOTOWNER) == window);
}

unsigned win32_origin_flags(struct win32_origins *origins, HWND window, DWORD pid, const char *app)
{
    bool console = win32_origin_is_console(window);
    unsigned flags = is_among(RELAYS, app) ? WINDOW_RELAY : 0u;
    if (is_our_console(window) || (is_of_our_line(origins, pid) && is_only_window(pid)))
        return flags | WINDOW_SELF;
    const struct win32_table *table = console || is_among(TERMINALS, app) ? table_of(origins) : NULL;
    return table ? flags | flags_of_terminal(table, console, pid) : flags;
}
