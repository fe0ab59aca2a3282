/* process.c - children, each in a job object of its own: whatever it starts is in there too, and the job ends with us.
 * Not by uv_spawn(): it has no such job, lets the child run before it could be put into one, and starts it in our
 * process group, where Ctrl-Break cannot be sent to it alone. */
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../process_private.h"
#include "command_line.h"
#include "system.h"
#include "wait_post.h"

#define KILLED 9 /* SIGKILL's number: what process_status() says of a child that we ended */
#define INTERRUPTED 2
#define ELEVATION_REQUIRED 740        /* ERROR_ELEVATION_REQUIRED, which MinGW does not have */
#define STOPPED_BY_CTRL_C 0xC000013Au /* STATUS_CONTROL_C_EXIT */

struct process_system {
    struct process *owner;
    HANDLE process, job, watch;
    bool killed;
    struct wait_post ended;
    HANDLE flush; /* a second handle of our end of its stdin, for the thread that waits until all was read */
    bool read;    /* the thread's answer */
    struct wait_post flushed;
};

void process_system_prepare(void)
{
    wait_post_prepare();
}

/* ---- the end ---- */

static void CALLBACK on_exit_of_child(void *system, BOOLEAN timed_out)
{
    (void)timed_out;
    wait_post_send(&((struct process_system *)system)->ended);
}

static void close_process(struct process_system *s)
{
    UnregisterWaitEx(s->watch, INVALID_HANDLE_VALUE); /* its callback is over when this returns */
    wait_post_cancel(&s->ended);
    CloseHandle(s->process);
    s->process = NULL;
}

static void take_exit(struct wait_post *post)
{
    struct process_system *s = WAIT_OWNER(post, struct process_system, ended);
    struct process *p = s->owner;
    DWORD status = 0;
    GetExitCodeProcess(s->process, &status);
    close_process(s);
    process_has_ended(p, status, s->killed ? KILLED : status == STOPPED_BY_CTRL_C ? INTERRUPTED : 0);
    process_let_go(p);
}

void process_system_forget(struct process *p)
{
    close_process(p->system);
    process_let_go(p);
}

void process_system_free(struct process_system *s)
{
    if (!s)
        return;
    if (s->job)
        CloseHandle(s->job);
    free(s);
}

static bool has_console(void)
{
    return GetConsoleCP() != 0;
}

/* Ctrl-Break, which a process group cannot switch off; a console program hears it. Wine has Ctrl-C alone. */
bool process_tree_ask(struct process *p)
{
    if (p->exited)
        return false;
    bool borrowed = !has_console() && AttachConsole((DWORD)p->pid);
    bool asked = GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, (DWORD)p->pid) ||
                 GenerateConsoleCtrlEvent(CTRL_C_EVENT, (DWORD)p->pid);
    if (borrowed)
        FreeConsole();
    return asked;
}

void process_tree_kill(struct process *p)
{
    struct process_system *s = p->system;
    if (!s || !s->job || p->tree_gone)
        return;
    s->killed = !p->exited;
    TerminateJobObject(s->job, 1);
}

bool process_tree_is_left(struct process *p)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info = {0};
    if (!p->exited)
        return true;
    if (!p->tree_gone)
        p->tree_gone =
            !QueryInformationJobObject(p->system->job, JobObjectBasicAccountingInformation, &info, sizeof info, NULL) ||
            info.ActiveProcesses == 0;
    return !p->tree_gone;
}

/* ---- its input ---- */

static DWORD WINAPI flush(void *system)
{
    struct process_system *s = system;
    s->read =
        FlushFileBuffers(s->flush); /* returns when all was read, or nobody (not we, either) can read it any more */
    CloseHandle(s->flush);
    wait_post_send(&s->flushed);
    return 0;
}

static void take_flush(struct wait_post *post)
{
    struct process_system *s = WAIT_OWNER(post, struct process_system, flushed);
    struct process *p = s->owner;
    p->in.settling = false;
    process_input_stop(p); /* now it finds the end of its input */
    wait_mark(&p->input_source);
    wait_mark(&p->source);
    if (p->exited)
        p->in.taken = s->read;
    process_let_go(p);
}

void process_input_finish(struct process *p)
{
    struct process_system *s = p->system;
    uv_os_fd_t ours = INVALID_HANDLE_VALUE;
    if (!p->in.failed && uv_fileno((uv_handle_t *)&p->in.pipe, &ours) == 0 &&
        DuplicateHandle(GetCurrentProcess(), ours, GetCurrentProcess(), &s->flush, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
        process_handle_opened(p);
        s->flushed.run = take_flush;
        p->in.settling = true;
        if (QueueUserWorkItem(flush, s, WT_EXECUTELONGFUNCTION))
            return;
        p->in.settling = false;
        CloseHandle(s->flush);
        process_let_go(p);
    }
    process_input_stop(p);
}

bool process_input_is_read(const struct process *p)
{
    return p->system && !p->in.settling && p->system->read; /* in this order: the thread writes until it settled */
}

/* ---- the beginning ---- */

/* What CreateProcessW is given. */
struct launch {
    HANDLE stdio[3];
    wchar_t *path, *line, *environment, *cwd;
    wchar_t *title; /* of a console of its own; NULL: none */
    LPPROC_THREAD_ATTRIBUTE_LIST attributes;
    bool initialized; /* of attributes */
};

static void clear_launch(struct launch *l)
{
    for (int i = 0; i < 3; i++)
        if (l->stdio[i] && l->stdio[i] != INVALID_HANDLE_VALUE)
            CloseHandle(l->stdio[i]);
    if (l->initialized)
        DeleteProcThreadAttributeList(l->attributes);
    free(l->attributes);
    free(l->path);
    free(l->line);
    free(l->environment);
    free(l->cwd);
    free(l->title);
}

/* An inheritable handle of fd; the null device where there is none. */
static HANDLE inheritable(uv_file fd, bool for_reading)
{
    HANDLE out = INVALID_HANDLE_VALUE;
    uv_os_fd_t from = fd >= 0 ? uv_get_osfhandle(fd) : INVALID_HANDLE_VALUE;
    if (from != INVALID_HANDLE_VALUE && from != (HANDLE)(intptr_t)-2 &&
        DuplicateHandle(GetCurrentProcess(), from, GetCurrentProcess(), &out, 0, TRUE, DUPLICATE_SAME_ACCESS))
        return out;
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    return CreateFileW(L"NUL", for_reading ? GENERIC_READ : GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       &inherited, OPEN_EXISTING, 0, NULL);
}

/* Only these three are inherited, whatever else of ours could be. */
static bool list_handles(struct launch *l)
{
    SIZE_T bytes = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &bytes);
    l->attributes = bytes ? malloc(bytes) : NULL;
    l->initialized = l->attributes && InitializeProcThreadAttributeList(l->attributes, 1, 0, &bytes);
    return l->initialized && UpdateProcThreadAttribute(l->attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, l->stdio,
                                                       sizeof l->stdio, NULL, NULL);
}

#define FOLDER_MAX (MAX_PATH - 2) /* a separator and NUL are added */

/* Takes the prefix of a long path off, in place. NULL: it is too long without. */
static wchar_t *without_prefix(wchar_t *path)
{
    if (wcsncmp(path, L"\\\\?\\UNC\\", 8) == 0)
        *(path += 6) = L'\\';
    else if (wcsncmp(path, L"\\\\?\\", 4) == 0)
        path += 4;
    return wcslen(path) <= FOLDER_MAX ? path : NULL;
}

/* lpCurrentDirectory of CreateProcessW takes no long path: what is longer is given by its short names, where the volume
 * keeps them. Caller frees; NULL: *err is filled. */
static wchar_t *working_folder(const char *path, struct error *err)
{
    wchar_t *out = NULL, *names = NULL, *fits, *wide = wide_path(path, err);
    if (!wide)
        return NULL;
    DWORD room = wcsncmp(wide, L"\\\\?\\", 4) == 0 ? GetShortPathNameW(wide, NULL, 0) : 0;
    bool named = room && (names = calloc(room, sizeof *names)) && GetShortPathNameW(wide, names, room);
    if (!(fits = without_prefix(wide)) && named)
        fits = without_prefix(names);
    if (!fits)
        error_set(err, EC_INVALID, "%s: Windows starts no program in a folder of more than %d characters; move it up",
                  path, FOLDER_MAX);
    else if (!(out = _wcsdup(fits)))
        error_set(err, EC_MEMORY, "%s: out of memory", path);
    for (wchar_t *at = out; at && *at; at++)
        if (*at == L'/')
            *at = L'\\';
    free(names);
    free(wide);
    return out;
}

static bool fill_launch(struct launch *l, const struct process_spec *spec, const char *path, char **env,
                        const struct process_ends *ends, struct error *err)
{
    for (int i = 0; i < 3; i++)
        l->stdio[i] = inheritable(ends->fd[i], i == 0);
    if (!(l->path = wide_path(path, err)) || (spec->cwd && !(l->cwd = working_folder(spec->cwd, err))))
        return false;
    l->line = command_line(spec->argv);
    l->environment = environment_block(env);
    l->title = spec->console ? wide_from_utf8(spec->console) : NULL;
    if (!l->line || !l->environment || (spec->console && !l->title) || !list_handles(l))
        return error_set(err, EC_MEMORY, "%s: out of memory", spec->argv[0]);
    return true;
}

/* NULL: GetLastError() says why. */
static HANDLE new_job(bool outlives_us)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    limits.BasicLimitInformation.LimitFlags =
        outlives_us ? JOB_OBJECT_LIMIT_BREAKAWAY_OK : JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!job || SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        return job;
    CloseHandle(job);
    return NULL;
}

static bool explain(DWORD number, const char *name, const char *path, struct error *err)
{
    switch (number) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND: return error_set(err, EC_MISSING, "%s: no such program", path);
    case ERROR_BAD_EXE_FORMAT:
        return error_set(err, EC_UNSUPPORTED,
                         "%s: is no program that this Windows runs; for a script, put its "
                         "interpreter first",
                         path);
    case ELEVATION_REQUIRED:
        return error_set(err, EC_DENIED, "%s: wants to be run as administrator; start dispatch so, or run it by hand",
                         path);
    default: return error_from_windows(err, number, name);
    }
}

/* Suspended, so that it is in its job before it can start anything. */
static bool create(struct launch *l, bool outlives_us, PROCESS_INFORMATION *made)
{
    STARTUPINFOEXW start = {.StartupInfo.cb = sizeof start, .StartupInfo.lpTitle = l->title};
    start.StartupInfo.dwFlags = l->title ? 0 : STARTF_USESTDHANDLES; /* a new console has streams of its own */
    start.StartupInfo.hStdInput = l->stdio[0];
    start.StartupInfo.hStdOutput = l->stdio[1];
    start.StartupInfo.hStdError = l->stdio[2];
    start.lpAttributeList = l->attributes;
    DWORD flags =
        CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    if (l->title)
        flags |= CREATE_NEW_CONSOLE;
    else if (outlives_us || !has_console())
        flags |= CREATE_NO_WINDOW; /* a console of its own that nobody sees: ours ends with its window */
    if (outlives_us && CreateProcessW(l->path, l->line, NULL, NULL, TRUE, flags | CREATE_BREAKAWAY_FROM_JOB,
                                      l->environment, l->cwd, &start.StartupInfo, made))
        return true; /* also when who started us has us in a job that ends with him, where he allows it */
    return CreateProcessW(l->path, l->line, NULL, NULL, TRUE, flags, l->environment, l->cwd, &start.StartupInfo, made);
}

static bool adopt(struct process *p, const PROCESS_INFORMATION *made, struct error *err)
{
    struct process_system *s = p->system;
    s->owner = p;
    s->process = made->hProcess;
    s->ended.run = take_exit;
    bool ok = AssignProcessToJobObject(s->job, made->hProcess) &&
              RegisterWaitForSingleObject(&s->watch, made->hProcess, on_exit_of_child, s, INFINITE,
                                          WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD);
    if (!ok) {
        error_from_windows(err, GetLastError(), p->name);
        TerminateProcess(made->hProcess, 1);
        CloseHandle(made->hProcess);
    } else {
        p->pid = made->dwProcessId;
        process_handle_opened(p);
        ResumeThread(made->hThread);
    }
    CloseHandle(made->hThread);
    return ok;
}

bool process_system_start(struct process *p, const struct process_spec *spec, const char *path, char **env,
                          const struct process_ends *ends, struct error *err)
{
    struct launch l = {0};
    PROCESS_INFORMATION made;
    bool ok = false;
    p->system = calloc(1, sizeof *p->system);
    if (!p->system)
        return error_set(err, EC_MEMORY, "%s: out of memory", p->name);
    if (!(p->system->job = new_job(p->outlives_us)))
        error_from_windows(err, GetLastError(), p->name);
    else if (!fill_launch(&l, spec, path, env, ends, err))
        ok = false;
    else if (!create(&l, p->outlives_us, &made))
        explain(GetLastError(), spec->argv[0], path, err);
    else
        ok = adopt(p, &made, err);
    clear_launch(&l);
    return ok;
}
