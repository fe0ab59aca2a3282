/* puppet.h - what the files of the puppet share. */
#ifndef DISPATCH_TESTS_PUPPET_H
#define DISPATCH_TESTS_PUPPET_H
#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

void say(const char *format, ...); /* a line on stdout, at once */
char *utf8(const wchar_t *text);   /* CR LF and CR as \n; caller frees */
wchar_t *utf16(const char *text);  /* \n as CR LF; caller frees */
int loop(void);                    /* messages, until WM_QUIT */

/* puppet_editor.c */
int edit(const wchar_t *title, const wchar_t *log, const char *manner);
int edit_alone(const char *text); /* prints what a field takes for it, in ms */

/* puppet_field.c */
const wchar_t *own_field(const char *manner); /* registers the class, and answers its name; one field a process */

/* puppet_accessible.c: the answer to WM_GETOBJECT; always of the same text */
LRESULT accessible_object(WPARAM wparam, const wchar_t *(*text)(void), const char *manner);

/* puppet_clipboard.c */
int own(const char *text, const char *manner);
int print_formats(void);
int print_text(bool nameless);
int watch(bool thief, bool slow);
int hold(void);
int empty(void);

/* puppet_console.c */
int console(void);
int at_console(DWORD pid, const char *what, const wchar_t *argument);
int close_console(DWORD pid);
int stubborn(const wchar_t *path);
#endif
