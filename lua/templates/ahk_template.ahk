; ahk_template.ahk - AutoHotkey's part of a run. dispatch says what is to be done, one order a line on standard input;
; this script does it and answers on standard output. It knows no prompt: dispatch owns the clipboard meanwhile, and sees
; who reads it.
;
; A copy with the values of the run is made for each run: logs/DISPATCH_RUNTIME.ahk. A project's own template,
; tools/codex/dispatch/ahk_template.ahk, wins over the built-in one. It must keep the line that begins with ";@" and
; answer every order.
;
;   order (fields divided by tabs)    is done when
;   match   WINDOW  TITLE             the window is there, and TITLE stands in its title
;   focus   WINDOW                    it is the active one
;   press   WINDOW  KEYS              KEYS were sent; only while it is the active one and nobody holds a modifier
;   type    WINDOW  TEXT              TEXT was sent as keys; likewise
;
; WINDOW is a number (HWND), KEYS are written as for Send. Answers: "done", or "refused CODE WHY" with tabs between.
; While an order is under way a line "busy" comes every half second: without it the script is taken for hung and ended.
; An empty line, or the end of input, ends it.
#Requires AutoHotkey v2.0
#SingleInstance Off
#NoTrayIcon
;@ values: RUN_ID, LOG_FILE (the path of AHK_DISPATCH.log)

MODIFIERS := ["LShift", "RShift", "LControl", "RControl", "LAlt", "RAlt", "LWin", "RWin"]
FOCUS_TRIES := 6       ; a process that has just started may not take the foreground at the first try
FOCUS_SECONDS := 0.3   ; for one of them
HELD_MS := 5000        ; for a person to let go of a key
PIECE := 100           ; characters of a text between two looks at the window

Orders := FileOpen("*", "r", "UTF-8")
Answers := FileOpen("*", "w", "UTF-8-RAW")
OnError(Fail)          ; else AutoHotkey opens a dialog and waits for somebody to close it
SendMode "Event"
SetKeyDelay -1
SetWinDelay 0
DetectHiddenWindows false
Say("ready`t" A_AhkVersion)
SetTimer(() => Say("busy"), 500)
Serve()
ExitApp 0

Serve() {
    while (order := Orders.ReadLine()) != "" {
        fields := StrSplit(order, "`t")
        answer := Obey(fields)
        Note(Told(fields) " -> " answer)
        Say(answer)
    }
}

Obey(fields) {
    window := "ahk_id " fields[2]
    if !WinExist(window)
        return Refuse("EGONE", "AutoHotkey does not see the window any more")
    switch fields[1] {
        case "match": return Match(window, fields[3])
        case "focus": return Focus(window)
        case "press": return Ready(window) || Press(fields[3])
        case "type": return Type(window, fields[3])
        default: return Refuse("EINVAL", "the script does not know the order '" fields[1] "'")
    }
}

Match(window, title) {
    now := WinGetTitle(window)
    return InStr(now, title, true) ? "done" : Refuse("EGONE", "its title is '" now "' now")
}

Focus(window) {
    loop FOCUS_TRIES {
        if WinGetMinMax(window) = -1
            WinRestore(window)
        WinActivate(window)
        if WinWaitActive(window, , FOCUS_SECONDS)
            return "done"
    }
    return Refuse("EFOCUS", "AutoHotkey could not make it the active window; that is " Active())
}

; Why no key may be sent to it now; else nothing.
Ready(window) {
    last := A_TickCount + HELD_MS
    while (modifier := Held()) != "" {
        if A_TickCount > last
            return Refuse("EREFUSED", modifier " is held down")
        Sleep 10
    }
    return WinActive(window) ? "" : Refuse("EFOCUS", "it is not the active window; that is " Active())
}

Held() {
    for key in MODIFIERS
        if GetKeyState(key)
            return key
    return ""
}

Press(keys) {
    Send keys
    return "done"
}

; In pieces: the window may lose the focus meanwhile, and only between two of them a "busy" comes through.
Type(window, text) {
    while text != "" {
        if why := Ready(window)
            return why
        length := PIECE + (Ord(SubStr(text, PIECE, 1)) > 0xFFFF)    ; no character of two units is torn
        SendText SubStr(text, 1, length)
        text := SubStr(text, length + 1)
        Sleep -1
    }
    return "done"
}

Active() {
    try return "'" WinGetTitle("A") "'"
    return "none"
}

; What the log keeps of an order: a text that is typed belongs to whoever it is for.
Told(fields) {
    if fields[1] != "type"
        return fields[1] " " fields[2] (fields.Length > 2 ? " " fields[3] : "")
    return "type " fields[2] " (" StrLen(fields[3]) " characters)"
}

; No tab and no end of line may stand in what is said.
Plain(text) => RegExReplace(text, "[\x00-\x1f]", " ")

Refuse(code, why) => "refused`t" code "`t" Plain(why)

Say(line) {
    Answers.Write(line "`n")
    Answers.Read(0)    ; sends it off
}

Note(line) {
    try FileAppend(FormatTime(, "yyyy-MM-dd HH:mm:ss ") Plain(line) "`n", LOG_FILE, "UTF-8-RAW")
}

Fail(problem, mode) {
    Say("failed`t" Plain(problem.Message " " problem.Extra) "`t" Plain(problem.File) "`t" problem.Line)
    ExitApp 3
}
