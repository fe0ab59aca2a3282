/* process_find.c - which program, in which folder, with which environment: what can be known before the fork, so that a
 * refusal names the right thing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../process_private.h"

extern char **environ;

/* Length of the name of "NAME=VALUE". */
size_t process_name_length(const char *entry)
{
    return strcspn(entry, "=");
}

bool process_is_named(const char *entry, const char *name, size_t len)
{
    return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

char **process_environment(const char *const *set, const char *const *unset, struct error *err)
{
    for (const char *const *s = set; s && *s; s++)
        if (process_name_length(*s) == 0 || !strchr(*s, '=')) {
            error_set(err, EC_INVALID, "'%s' is not NAME=VALUE", *s);
            return NULL;
        }
    const char *const *ours = (const char *const *)environ;
    char **env = calloc(count(ours) + count(set) + 1, sizeof *env);
    if (!env) {
        error_set(err, EC_MEMORY, "out of memory");
        return NULL;
    }
    size_t n = 0;
    for (; *ours; ours++)
        if (!process_is_replaced(*ours, set, unset))
            env[n++] = (char *)*ours;
    for (; set && *set; set++)
        if (!process_is_replaced(*set, set + 1, NULL)) /* of two with one name the last counts */
            env[n++] = (char *)*set;
    return env;
}

bool process_check_cwd(const char *cwd, struct error *err)
{
    struct stat st;
    if (!cwd)
        return true;
    if (stat(cwd, &st) < 0) {
        error_from_errno(err, errno, cwd);
        return error_prefix(err, "working directory");
    }
    if (!S_ISDIR(st.st_mode))
        return error_set(err, EC_INVALID, "working directory: %s is not a folder", cwd);
    if (access(cwd, X_OK) < 0) {
        error_from_errno(err, errno, cwd);
        return error_prefix(err, "working directory");
    }
    return true;
}

/* FOLDER/NAME; an empty folder is the working directory (POSIX, 8.3). Caller frees. */
static char *join(const char *folder, size_t len, const char *name)
{
    char *path = malloc(len + strlen(name) + 3);
    if (!path)
        return NULL;
    if (len == 0)
        folder = ".", len = 1;
    memcpy(path, folder, len);
    path[len] = '/';
    strcpy(path + len + 1, name);
    return path;
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *process_find(const char *name, const char *cwd, char *const *env, struct error *err)
{
    (void)cwd; /* exec(3) looks there */
    if (strchr(name, '/')) {
        char *copy = strdup(name);
        if (!copy)
            error_set(err, EC_MEMORY, "%s: out of memory", name);
        return copy;
    }
    const char *search = process_lookup(env, "PATH");
    if (!search)
        search = "/usr/local/bin:/bin:/usr/bin";
    char *refused = NULL;
    for (const char *folder = search;; folder++) {
        size_t len = strcspn(folder, ":");
        char *path = join(folder, len, name);
        if (!path) {
            error_set(err, EC_MEMORY, "%s: out of memory", name);
            free(refused);
            return NULL;
        }
        bool there = is_file(path);
        if (there && access(path, X_OK) == 0) {
            free(refused);
            return path;
        }
        if (there && !refused)
            refused = path;
        else
            free(path);
        folder += len;
        if (!*folder)
            break;
    }
    if (refused)
        error_set(err, EC_DENIED, "%s: may not be executed", refused);
    else
        error_set(err, EC_MISSING, "%s: not found in PATH (%s); install it, or name it with its path", name, search);
    free(refused);
    return NULL;
}

bool process_explain(int status, const char *name, const char *path, const char *cwd, struct error *err)
{
    char *whole = cwd && path[0] != '/' ? join(cwd, strlen(cwd), path) : strdup(path);
    const char *shown = whole ? whole : path;
    struct stat st;
    bool there = stat(shown, &st) == 0;
    if (status == UV_ENOENT && there)
        error_set(err, EC_MISSING, "%s: the interpreter that its first line names is not there", shown);
    else if (status == UV_ENOENT)
        error_set(err, EC_MISSING, "%s: no such program", shown);
    else if (status == UV_EACCES && there)
        error_set(err, EC_DENIED, "%s: %s", shown, S_ISDIR(st.st_mode) ? "is a folder" : "may not be executed");
    else
        wait_uv_error(err, status, name);
    free(whole);
    return false;
}
