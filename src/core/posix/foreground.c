#include "../foreground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "proc.h"

/* Programs that read the terminal only to hand on what they read: to another machine, another terminal, another user.
 */
static const char RELAYS[] = " ssh slogin autossh mosh mosh-client et telnet rlogin rsh tmux screen dtach abduco zellij"
                             " script scriptreplay asciinema ttyrec expect unbuffer rlwrap socat nc ncat cu picocom"
                             " minicom tio docker podman nerdctl ctr crictl kubectl oc lxc incus machinectl toolbox"
                             " distrobox vagrant limactl adb sudo su doas run0 pkexec runuser systemd-run ";

/* Shells, and which of their options have a value, so that it is not taken for a script. The command after -c is no
 * option either: a shell that has one runs a program. */
struct shell {
    const char *names;
    const char *letters; /* one-letter options with a value; NULL: options are words (-NoLogo), never clusters */
    const char *words;   /* long options with a value */
};
static const struct shell SHELLS[] = {
    {" bash rbash sh dash ash zsh ksh ksh93 mksh lksh oksh pdksh yash posh osh ysh tcsh csh rc es ", "oO",
     " rcfile init-file "},
    {" fish ", "CdDfo", " init-command debug debug-output debug-stack-frames features profile profile-startup "},
    {" nu ", "ei", " execute config env-config include-path plugin-config log-level log-target "},
    {" pwsh pwsh-preview powershell ", NULL,
     " ep ex executionpolicy w windowstyle wd workingdirectory o of outputformat if inputformat settingsfile"
     " configurationname configurationfile config custompipename "},
    {" elvish ", NULL, " rc deprecation-level log "},
};

/* Programs whose commands are files of source: who runs `codex` runs `node /usr/bin/codex`. */
static const char INTERPRETERS[] = " node nodejs bun deno python ruby perl ";

/* `words`: blank-separated, with a blank at both ends. */
static bool is_among(const char *words, const char *word, size_t len)
{
    for (const char *at = words; (at = strchr(at, ' ')) && at[1]; at++)
        if (strncasecmp(at + 1, word, len) == 0 && at[1 + len] == ' ')
            return len > 0;
    return false;
}

static const struct shell *shell_named(const char *name)
{
    for (size_t i = 0; i < sizeof SHELLS / sizeof *SHELLS; i++)
        if (is_among(SHELLS[i].names, name, strlen(name)))
            return &SHELLS[i];
    return NULL;
}

/* What the arguments after the name say so far. */
enum reading { READS_OPTIONS, READS_VALUE, READS_TERMINAL, RUNS_PROGRAM };

static enum reading after_word(const struct shell *shell, const char *word)
{
    size_t len = strcspn(word, "=");
    if (is_among(" noexit ", word, len)) /* pwsh -NoExit: a dialogue when the program ended */
        return READS_TERMINAL;
    if (word[len]) /* fish --command=… */
        return is_among(" command commands ", word, len) ? RUNS_PROGRAM : READS_OPTIONS;
    return is_among(shell->words, word, len) ? READS_VALUE : READS_OPTIONS;
}

static enum reading after_option(const struct shell *shell, const char *option)
{
    if (option[0] == '-' && option[1] == '-')
        return after_word(shell, option + 2);
    if (!shell->letters)
        return after_word(shell, option + 1);
    if (option[0] == '-' && strchr(option, 's')) /* sh -s: arguments, but the commands come from the terminal */
        return READS_TERMINAL;
    return strchr(shell->letters, option[strlen(option) - 1]) ? READS_VALUE : READS_OPTIONS;
}

/* args: what follows argv[0], each ended by NUL, `end` behind the last. */
static bool reads_terminal(const struct shell *shell, const char *args, const char *end)
{
    enum reading reading = READS_OPTIONS;
    for (; args < end; args += strlen(args) + 1) {
        if (reading == READS_VALUE) {
            reading = READS_OPTIONS;
            continue;
        }
        if (strcmp(args, "-") == 0 || strcmp(args, "--") == 0)
            return args + strlen(args) + 1 >= end;
        if (args[0] != '-' && args[0] != '+')
            return false; /* a script */
        reading = after_option(shell, args);
        if (reading == READS_TERMINAL || reading == RUNS_PROGRAM)
            return reading == READS_TERMINAL;
    }
    return true;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What the link says; one page at most, as the kernel gives it. argv[0] may say anything, so it stands in only where
 * the link is another user's, or leads to one program of many names. Caller frees. */
static char *program_name(int64_t pid, const char *args, const char *kernel_name)
{
    char path[64], link[4096];
    snprintf(path, sizeof path, "/proc/%lld/exe", (long long)pid);
    ssize_t n = readlink(path, link, sizeof link - 1);
    if (n > 0) {
        static const char deleted[] = " (deleted)"; /* replaced by an upgrade while it runs */
        link[n] = '\0';
        size_t len = (size_t)n, tail = sizeof deleted - 1;
        if (len > tail && strcmp(link + len - tail, deleted) == 0)
            link[len - tail] = '\0';
        if (!is_among(" busybox toybox ", base_name(link), strlen(base_name(link))))
            return strdup(base_name(link));
    }
    const char *first = base_name(args[0] == '-' ? args + 1 : args); /* a leading dash: a login shell */
    return strdup(first[0] ? first : kernel_name);
}

/* `name`: of the program that runs; `script`: its first argument. What a person calls it: `name`, or for a script that
 * name without the ending. Caller frees; `name` is used up. NULL: no memory. */
static char *known_as(char *name, const char *script)
{
    size_t len = name ? strcspn(name, "0123456789") : 0; /* python3.11 */
    if (!is_among(INTERPRETERS, name ? name : "", len) || script[0] == '-' || !base_name(script)[0])
        return name;
    static const char *const endings[] = {".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".pl"};
    char *known = strdup(base_name(script)), *dot = known ? strrchr(known, '.') : NULL;
    for (size_t i = 0; dot && dot > known && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(dot, endings[i]) == 0)
            *dot = '\0';
    free(name);
    return known;
}

bool foreground_of(int64_t pid, struct foreground *out)
{
    *out = (struct foreground){0};
    struct proc_stat facts, front;
    if (!proc_stat(pid, &facts) || facts.terminal == 0 || facts.front <= 0)
        return false;
    out->pid = facts.front;
    if (!proc_stat(out->pid, &front) ||
        proc_is_dead(&front)) { /* its group lives on in the others: cat prompt | agent */
        struct proc_member member;
        proc_member_of(facts.front, &member);
        out->pid = member.pid;
        front = member.stat;
    }
    if (!out->pid)
        return false;

    char args[4096]; /* what tells a script from a dialogue stands at the beginning */
    size_t len = proc_read(out->pid, "cmdline", args, sizeof args);
    if (!len)
        args[0] = '\0';
    const char *rest = args + (len ? strlen(args) + 1 : 0);
    out->name = known_as(program_name(out->pid, args, front.name), rest < args + len ? rest : "");
    if (!out->name)
        return false;
    const struct shell *shell = shell_named(out->name);
    out->shell = shell && (!len || reads_terminal(shell, rest, args + len));
    out->relay = is_among(RELAYS, out->name, strlen(out->name));
    out->stopped = front.state == 'T' || front.state == 't';
    return true;
}

void foreground_clear(struct foreground *f)
{
    free(f->name);
    f->name = NULL;
}

size_t foreground_ancestors(int64_t *pids, size_t max)
{
    struct proc_stat facts;
    size_t n = 0;
    for (int64_t pid = getpid(); pid > 1 && n < max; pid = proc_stat(pid, &facts) ? facts.parent : 0)
        pids[n++] = pid;
    return n;
}
