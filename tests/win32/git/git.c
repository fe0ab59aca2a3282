/* git.c - stands in for git where there is none (Wine): `git worktree add … PATH` makes that folder, all else is fine.
 */
#include <wchar.h>
#include <windows.h>

static void make(wchar_t *path)
{
    for (wchar_t *at = path; (at = wcspbrk(at + 1, L"/\\")); *at = L'/') {
        *at = L'\0';
        CreateDirectoryW(path, NULL);
    }
    CreateDirectoryW(path, NULL);
}

int wmain(int argc, wchar_t **argv)
{
    if (argc > 2 && wcscmp(argv[1], L"worktree") == 0)
        make(argv[argc - 1]);
    return 0;
}
