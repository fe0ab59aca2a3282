/* The programs in this folder, each run again and again: first its first request for memory is refused, then its
 * second, until it asks for no more. Whatever is refused: it ends by itself, says that there was no memory or does
 * without, and leaves neither memory (LeakSanitizer), a descriptor, a child nor anything half-made on the disk.
 *
 * A program calls host.stable() where its preparations end: requests count from there. What is in its folder then, and
 * at every later host.stable(), is whole. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lua.h>
#include <uv.h>

#include "core/clock.h"
#include "core/digest.h"
#include "core/file.h"
#include "core/process.h"
#include "core/wait.h"
#include "host.h"
#include "starve.h"

#define ENDS_WITHIN 60 /* seconds */
enum { STATES = 16, LEAK = STARVE_LEAK, OPEN = 98 };

/* What a run tells the test, in memory that both have. */
static struct {
    char states[STATES][DIGEST_HEX]; /* of its folder, where it was whole */
    int n;
    int kept;   /* descriptors that stay open to the end of the process, by design */
    bool mends; /* what is half-made is finished when it runs again */
    long requests;
    bool refused;
} * told;

/* Lua or C. */
struct program {
    const char *code;
    int (*body)(void); /* answers the exit status */
};

static char top[] = "/tmp/dispatch-starved-XXXXXX";
static long refuse;         /* which request, in the run that begins */
static bool from_the_start; /* they count before the program does */
static char *code, *full;   /* of the program; what it said where nothing was refused */

/* ---- what is on the disk ---- */

/* Appends what is at path to the text. */
static void describe(const char *path, FILE *text)
{
    struct file_info info;
    char **names = NULL, *bytes = NULL;
    size_t n = 0;
    assert_true(file_stat(path, &info, NULL));
    fprintf(text, "%s %d\n", path, (int)info.type);
    if (info.type == FILE_REGULAR && file_read(path, 1 << 24, &bytes, &n, NULL))
        fwrite(bytes, 1, n, text);
    free(bytes);
    if (info.type == FILE_FOLDER)
        assert_true(file_list(path, &names, &n, NULL));
    for (size_t i = 0; names && i < n; i++) {
        char *inside = NULL;
        size_t len = strlen(path) + strlen(names[i]) + 2;
        assert_non_null(inside = malloc(len));
        snprintf(inside, len, "%s/%s", path, names[i]);
        describe(inside, text);
        free(inside);
    }
    file_list_free(names);
}

static void state_of_folder(char hex[DIGEST_HEX])
{
    char *bytes;
    size_t len;
    FILE *text = open_memstream(&bytes, &len);
    assert_non_null(text);
    describe(".", text);
    assert_int_equal(fclose(text), 0);
    digest_sha256(bytes, len, hex);
    free(bytes);
}

static int stable(lua_State *L)
{
    starve_pause(true);
    told->kept = (int)luaL_optinteger(L, 1, told->kept);
    told->mends = told->mends || lua_toboolean(L, 2);
    if (!refuse && told->n < STATES)
        state_of_folder(told->states[told->n++]);
    starve_pause(false);
    if (!from_the_start)
        starve_begin(refuse);
    from_the_start = true;
    return 0;
}

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names, --wrap=luaopen_host */
int __real_luaopen_host(lua_State *L);
int __wrap_luaopen_host(lua_State *L);
int __wrap_luaopen_host(lua_State *L)
{
    __real_luaopen_host(L);
    lua_pushcfunction(L, stable);
    lua_setfield(L, -2, "stable");
    return 1;
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* ---- one run ---- */

static int open_descriptors(bool say)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++) {
        char link[64], target[256];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, target, sizeof target);
        n += len >= 0;
        if (len >= 0 && say)
            fprintf(stderr, "%d is open: %.*s\n", fd, (int)len, target);
    }
    return n;
}

static int before;

/* The last of all that is done at exit, but for LeakSanitizer. */
static void at_the_end(void)
{
    starve_pause(true);
    told->requests = starve_requests();
    told->refused = starve_refused();
    uv_library_shutdown(); /* a pipe that libuv keeps for signals */
    if (open_descriptors(false) <= before + told->kept)
        return;
    open_descriptors(true);
    _exit(OPEN);
}

static void run_program(const struct program *p)
{
    char *argv[] = {"dispatch", "-e", (char *)p->code, STARVED_ROOT, NULL};
    int null = open("/dev/null", O_RDONLY), out = open("../said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (null < 0 || out < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(99);
    close(null);
    close(out);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    starve_spare_libuv();
    before = open_descriptors(false);
    atexit(at_the_end);
    if (from_the_start)
        starve_begin(refuse);
    exit(p->body ? p->body() : host_run(4, argv));
}

/* The next child that ends, ours or inherited; 0: none is left. */
static pid_t next_to_end(int *status)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (;;) {
        pid_t pid = waitpid(-1, status, WNOHANG);
        if (pid)
            return pid > 0 ? pid : 0;
        if (sigtimedwait(&child, NULL, &(struct timespec){.tv_sec = ENDS_WITHIN}) < 0)
            fail_msg("request %ld refused: it, or a child of it, has not ended within %d s", refuse, ENDS_WITHIN);
    }
}

static void new_folder(void)
{
    assert_int_equal(chdir(top), 0);
    assert_true(file_remove_tree("home", NULL));
    assert_true(file_mkdir_new("home", NULL));
    assert_int_equal(chdir("home"), 0);
}

/* Answers the wait status. Leaves its folder as it is, and what it said in ../said. */
static int run(const struct program *p)
{
    int status, of_program = 0;
    told->requests = 0;
    told->kept = 0;
    told->refused = false;
    told->mends = false;
    pid_t pid = fork();
    if (pid == 0)
        run_program(p);
    assert_true(pid > 0);
    for (pid_t ended; (ended = next_to_end(&status));)
        if (ended == pid)
            of_program = status;
    return of_program;
}

static char *said(void)
{
    char *text;
    size_t len;
    assert_true(file_read("../said", 1 << 20, &text, &len, NULL));
    return text;
}

/* ---- all of them ---- */

static bool is_whole(const char *state)
{
    for (int i = 0; i < told->n; i++)
        if (strcmp(told->states[i], state) == 0)
            return true;
    return false;
}

/* As it is, or where it may be so, after another run. */
static bool leaves_it_whole(const struct program *p)
{
    char state[DIGEST_HEX];
    state_of_folder(state);
    if (told->n == 0 || is_whole(state))
        return true;
    if (!told->mends)
        return false;
    refuse = -refuse; /* none, and no state is kept */
    int status = run(p);
    refuse = -refuse;
    told->refused = true;
    state_of_folder(state);
    return status == 0 && strcmp(told->states[told->n - 1], state) == 0;
}

static void judge(const struct program *p, int status)
{
    char state[DIGEST_HEX], *text = said();
    const char *fault = NULL;
    state_of_folder(state);
    if (!WIFEXITED(status))
        fault = "it did not end by itself";
    else if (WEXITSTATUS(status) == LEAK)
        fault = "AddressSanitizer or LeakSanitizer found something";
    else if (WEXITSTATUS(status) == OPEN)
        fault = "a descriptor was left open";
    else if (WEXITSTATUS(status) != 0 && !strstr(text, " memory")) /* also lua-cjson's, which calls exit(-1) */
        fault = "it failed, and did not say that there was no memory";
    else if (WEXITSTATUS(status) == 0 && strcmp(text, full) != 0)
        fault = "it said that all is well, and something else than it should";
    else if (WEXITSTATUS(status) == 0 && told->n && strcmp(state, told->states[told->n - 1]) != 0)
        fault = "it said that all is well, and left something else than it should";
    else if (!leaves_it_whole(p))
        fault = "something half-made is in its folder";
    if (fault)
        print_error("request %ld refused: %s (wait status 0x%x):\n%s", refuse, fault, (unsigned)status, text);
    free(text);
    assert_null(fault);
}

static void starve_it(const struct program *p, bool counts_from_the_start)
{
    told->n = 0;
    refuse = 0;
    from_the_start = counts_from_the_start;
    new_folder();
    int status = run(p);
    free(full);
    full = said();
    if (status != 0)
        fail_msg("nothing refused, wait status 0x%x:\n%s", (unsigned)status, full);
    if (told->n > 0 && told->n < STATES)
        state_of_folder(told->states[told->n++]);
    long requests = told->requests;
    assert_true(requests > 0);
    do {
        refuse++;
        new_folder();
        status = run(p);
        judge(p, status);
    } while (told->refused);
    assert_true(refuse >= requests / 2); /* the n-th one is not there when an earlier refusal made it go another way */
    print_message("%ld requests, each refused once\n", refuse - 1);
}

/* In front of each program: what is refused as it should be. */
static const char prelude[] = "local function refused(want, _, message, code)"
                              " if code ~= want then error(message) end return code end ";

static void a_program(void **state)
{
    char *text;
    size_t len;
    free(code);
    assert_true(file_read(*state, 1 << 20, &text, &len, NULL));
    code = malloc(sizeof prelude + len);
    assert_non_null(code);
    strcat(strcpy(code, prelude), text);
    free(text);
    starve_it(&(struct program){.code = code}, false);
}

/* What a conversation loses is told; the lines before it are whole and in order. */
static int conversation(void)
{
    static const char *const argv[] = {"sh", "-c", "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; done",
                                       NULL};
    struct error err = {0};
    const char *line;
    size_t len;
    int n = 0;
    struct process *p = process_spawn(&(struct process_spec){.argv = argv, .out = PROCESS_PIPE}, &err);
    bool over = p && wait_for(process_source(p), clock_now() + ENDS_WITHIN * CLOCK_SECOND, &err) == WAIT_READY;
    while (over && process_line(p, &line, &len, clock_now() + ENDS_WITHIN * CLOCK_SECOND, &err))
        if (atoi(line + strlen("line ")) != ++n)
            break;
    bool ended = err.code && strcmp(err.code, EC_IO) == 0;
    printf("%d lines, %s\n", n, ended ? "all of them" : err.message ? err.message : "no memory to say so");
    process_close(p);
    error_clear(&err);
    fflush(stdout);
    return !ended;
}

static void conversations(void **state)
{
    (void)state;
    starve_it(&(struct program){.body = conversation}, true);
}

static void starting_and_ending(void **state)
{
    (void)state;
    starve_it(&(struct program){.code = ""}, true);
}

static int begin(void **state)
{
    (void)state;
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return told != MAP_FAILED && mkdtemp(top) && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 &&
                   sigprocmask(SIG_BLOCK, &child, NULL) == 0
               ? 0
               : -1;
}

static int end(void **state)
{
    (void)state;
    free(code);
    free(full);
    return chdir("/") == 0 && file_remove_tree(top, NULL) ? 0 : -1;
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[64] = {cmocka_unit_test(starting_and_ending), cmocka_unit_test(conversations)};
    char **names;
    size_t n, used = argc > 1 ? 0 : 2;
    if (!file_list(STARVED, &names, &n, NULL))
        return 1;
    for (size_t i = 0; i < n && used < sizeof tests / sizeof *tests; i++) {
        const char *ending = strrchr(names[i], '.');
        if (!ending || strcmp(ending, ".lua") != 0 || (argc > 1 && strcmp(argv[1], names[i]) != 0))
            continue;
        size_t room = strlen(STARVED) + strlen(names[i]) + 2;
        char *path = malloc(room);
        if (!path)
            return 1;
        snprintf(path, room, "%s/%s", STARVED, names[i]);
        tests[used++] = (struct CMUnitTest){.name = names[i], .test_func = a_program, .initial_state = path};
    }
    int failed = _cmocka_run_group_tests("starved", tests, used, begin, end);
    for (size_t i = 0; i < used; i++)
        free(tests[i].initial_state);
    file_list_free(names);
    return failed;
}
