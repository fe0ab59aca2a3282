/* process_find.c - which program, in which folder, with which environment: what can be known before the child is made,
 * so that a refusal names the right thing. */
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../path.h"
#include "../process_private.h"
#include "system.h"

/* Length of the name of "NAME=VALUE"; names of drives' folders begin with `=`. */
size_t process_name_length(const char *entry)
{
    return entry[0] ? 1 + strcspn(entry + 1, "=") : 0;
}

bool process_is_named(const char *entry, const char *name, size_t len)
{
    return _strnicmp(entry, name, len) == 0 && entry[len] == '=';
}

/* Ours, as UTF-8, each entry ended by NUL and the last by two. Caller frees. */
static char *our_environment(void)
{
    wchar_t *block = GetEnvironmentStringsW();
    if (!block)
        return NULL;
    size_t len = 0;
    while (block[len])
        len += wcslen(block + len) + 1;
    char *text = wide_to_utf8_n(block, len + 1, NULL);
    FreeEnvironmentStringsW(block);
    return text;
}

/* One block: the array, then the strings. */
char **process_environment(const char *const *set, const char *const *unset, struct error *err)
{
    size_t n = 1, bytes = 0;
    for (const char *const *s = set; s && *s; s++, n++)
        if (**s == '=' || !strchr(*s, '=')) {
            error_set(err, EC_INVALID, "'%s' is not NAME=VALUE", *s);
            return NULL;
        }
    char *ours = our_environment(), **env = NULL;
    for (const char *at = ours; at && *at; at += strlen(at) + 1, n++)
        bytes += strlen(at) + 1;
    if (!ours || !(env = malloc(n * sizeof *env + bytes))) {
        free(ours);
        error_set(err, EC_MEMORY, "out of memory");
        return NULL;
    }
    char *copy = (char *)(env + n);
    n = 0;
    for (const char *at = ours; *at; at += strlen(at) + 1) {
        if (process_is_replaced(at, set, unset))
            continue;
        env[n++] = strcpy(copy, at);
        copy += strlen(at) + 1;
    }
    for (; set && *set; set++)
        if (!process_is_replaced(*set, set + 1, NULL)) /* of two with one name the last counts */
            env[n++] = (char *)*set;
    env[n] = NULL;
    free(ours);
    return env;
}

/* FILE_ATTRIBUTE_*, or INVALID_FILE_ATTRIBUTES with GetLastError(). */
static DWORD attributes(const char *path)
{
    wchar_t *wide = wide_path(path, NULL);
    DWORD found = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    DWORD number = GetLastError();
    free(wide);
    SetLastError(number);
    return found;
}

static bool is_file(const char *path)
{
    DWORD found = attributes(path);
    return found != INVALID_FILE_ATTRIBUTES && !(found & FILE_ATTRIBUTE_DIRECTORY);
}

bool process_check_cwd(const char *cwd, struct error *err)
{
    if (!cwd)
        return true;
    DWORD found = attributes(cwd);
    if (found == INVALID_FILE_ATTRIBUTES) {
        error_from_windows(err, GetLastError(), cwd);
        return error_prefix(err, "working directory");
    }
    if (!(found & FILE_ATTRIBUTE_DIRECTORY))
        return error_set(err, EC_INVALID, "working directory: %s is not a folder", cwd);
    return true;
}

static const char *base_name(const char *path)
{
    const char *name = path;
    for (; *path; path++)
        if (path_is_separator(*path) || (*path == ':' && path - name == 1))
            name = path + 1;
    return name;
}

static bool ends_in(const char *name, const char *ending)
{
    size_t len = strlen(name), n = strlen(ending);
    return len >= n && _stricmp(name + len - n, ending) == 0;
}

/* FOLDER/NAMEENDING. Caller frees. */
static char *join(const char *folder, size_t len, const char *name, const char *ending)
{
    char *path = malloc(len + strlen(name) + strlen(ending) + 2);
    if (!path)
        return NULL;
    memcpy(path, folder, len);
    if (len > 0 && !path_is_separator(folder[len - 1]))
        path[len++] = '/';
    strcpy(path + len, name);
    strcat(path, ending);
    return path;
}

/* What the system starts by itself first; what needs an interpreter, to be told. */
static const char *const endings[] = {".com", ".exe", ".cmd", ".bat", ".ps1"};

/* The file that the name means in this folder, or NULL. A name with one of the endings is taken as it is, and so is any
 * that has a dot when there is a file of it. */
static char *in_folder(const char *folder, size_t len, const char *name)
{
    char *path = strchr(base_name(name), '.') ? join(folder, len, name, "") : NULL;
    if (path && is_file(path))
        return path;
    free(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        path = join(folder, len, name, endings[i]);
        if (path && is_file(path))
            return path;
        free(path);
    }
    return NULL;
}

/* A batch file is run by cmd.exe, which reads its arguments as commands: what was data would be run. */
static bool may_start(const char *path, struct error *err)
{
    if (ends_in(path, ".cmd") || ends_in(path, ".bat"))
        return error_set(
            err, EC_UNSUPPORTED,
            "%s: is a batch file, whose arguments cmd.exe would read as commands; name the program that it "
            "starts, or put the interpreter first: cmd.exe /d /c \"%s\"",
            path, path);
    if (ends_in(path, ".ps1"))
        return error_set(
            err, EC_UNSUPPORTED,
            "%s: is a script; put its interpreter first: powershell.exe -NoProfile -ExecutionPolicy Bypass "
            "-File \"%s\"",
            path, path);
    return true;
}

/* The system's own search looks into our folder and the working directory first: ours is PATH and nothing else. */
static char *search(const char *name, const char *folders)
{
    for (const char *folder = folders;; folder++) {
        size_t len = strcspn(folder, ";"), skip = len > 1 && folder[0] == '"' && folder[len - 1] == '"';
        char *path = len > 2 * skip ? in_folder(folder + skip, len - 2 * skip, name) : NULL;
        folder += len;
        if (path || !*folder)
            return path;
    }
}

char *process_find(const char *name, const char *cwd, char *const *env, struct error *err)
{
    const char *folders = process_lookup(env, "PATH");
    char *path;
    if (base_name(name) != name) {
        const char *from = cwd && !path_root(name) ? cwd : "";
        path = in_folder(from, strlen(from), name);
        if (!path && !(path = join(from, strlen(from), name, ""))) /* to be refused by the system */
            error_set(err, EC_MEMORY, "out of memory");
    } else {
        path = folders ? search(name, folders) : NULL;
        if (!path)
            error_set(err, EC_MISSING, "%s: not found in PATH (%s); install it, or name it with its path", name,
                      folders ? folders : "which is not set");
    }
    if (path && !may_start(path, err)) {
        free(path);
        return NULL;
    }
    return path;
}
