-- agents.lua: what each agent's screen looks like, and which keys a window takes. Data only; screens.lua reads it.
--
-- It drifts with every release of an agent, so it is yours to edit: a copy at tools/codex/dispatch/agents.lua stands in
-- place of this one. An agent that is not in here is not guessed at: its sends are `unobservable`.
--
-- All texts are Lua patterns, tried on each line of the screen. Patterns know bytes: `+` behind a letter outside ASCII
-- repeats its last byte, so write [▀]+. An agent may have
--
--   name         for messages
--   match        app = {…}: names of programs or window classes, small letters, compared as wholes;
--                screen = {…}: one of them stands on some line;
--                field = true: its field for text can be read, as that of many Windows programs.
--                What is given must hold, all of it
--   bracketed    true: a text of several lines arrives as one (bracketed paste). false: each line would be submitted
--   longest      bytes that arrive as one line (unbracketed terminals cut what is longer)
--   composer     begins = pattern: the last line that matches begins the composer, what it matches is not text;
--                ends = pattern: this line and all below are not the composer's any more;
--                or, for a composer in a box: frame = pattern: each of its lines begins with this, which is not text;
--                ends = pattern: the line that closes the box;
--                or all = true: what can be read is the composer, and nothing else;
--                below = {…}: lines at the bottom that are not text, in a row under a blank line;
--                hints = {…}: what an empty composer shows;
--                scrolled = pattern: stands in the first line when there is more above it
--   placeholder  { pattern with one number, counts = "lines" | "chars" }: what stands for a long paste
--   busy         {…}: the agent is at work; nothing is sent until it is not
--   working      {…}: the agent is at work on what it was just given; a capture is the beginning of the text's SHA-256.
--                Counts as proof when it shows more often than before the submit key
--   blocked      {…}: it asks for an approval
--   modal        {…}: a dialog that would take the paste or the key for an answer
--   asks         {…}: the line that says what a dialog is about, for messages
--   dialogs      "instead": a dialog stands instead of the composer. What stands above a composer was said earlier
--   paste_keys, focus_keys    as below, but for this agent

return {
    agents = {
        {
            name = "sample worker",                        -- of `dispatch demo`
            match = { screen = { "^sample worker %S" } },
            bracketed = true,
            composer = { begins = "^> " },
            placeholder = { "^%[Pasted (%d+) lines%]$", counts = "lines" },
            busy = { "^working on %x+$" },
            working = { "^working on (%x+)$" },
            blocked = { "^Allow%? %[y/n%]" },
        },
        {
            name = "OpenAI Codex",                         -- screens of 0.169.0: tests/agents/screens
            match = { app = { "codex", "codex.exe" } },
            bracketed = true,
            dialogs = "instead",
            composer = {
                begins = "^› ",                            -- not "! ": there a text is run by the shell
                below = {
                    "^  %S.* · ",                          -- model, folder
                    "^  ← for agents", "^  %? for shortcuts", "^  tab to queue message", "^  esc again to edit",
                    "^ +⚠ %d+ warnings? · ", "^ +Plan mode ",
                },
                hints = { "^Ask Codex to do anything$" },
                scrolled = "%s+↑$",
            },
            placeholder = { "^%[Pasted Content (%d+) chars%]$", counts = "chars" },
            busy = { "^%S.*%(%d[%dhms ]* • esc to interrupt%)" },
            blocked = { "^[› ]+%d%. No, and tell Codex what to do differently" },
            modal = {
                "^  Press enter to ", "^  enter/esc confirm", "^  enter %l+ · ", "^  enter/tab insert · ",
                "^  k keep & next · ", "^  Browsing .*esc back$", "^ +Shell mode",
            },
            asks = { "^  Would you like to ", "^  Trust this folder%?", "^  Update available ", "^  Meet " },
        },
        {
            name = "opencode",                             -- screens of 1.18.33: tests/agents/screens
            match = { app = { "opencode", "opencode.exe" } },
            bracketed = true,
            dialogs = "instead",
            composer = {
                frame = "^ *┃ ? ?",
                ends = "^ *╹[▀]+$",
                below = { "^%u[%w-]* · " },                -- agent, model
                hints = { "^Ask anything… \"" },
            },
            placeholder = { "^%[Pasted ~(%d+) lines%]$", counts = "lines" },
            busy = { "^ +[⬝■]+ +esc " },
            blocked = { "^ *┃  △ Permission required" },
            modal = { "esc exit shell mode$" },
            asks = { "^ *┃    ← " },
        },
        {
            -- A script that reads lines. It has no composer, and what else it may have started cannot be known: a send
            -- to it ends `unobservable`.
            name = "shell script",
            match = { app = { "sh", "dash", "bash", "zsh", "ksh", "mksh", "fish", "busybox" } },
            bracketed = false,
            longest = 4000,                                -- N_TTY keeps 4095 bytes of a line, termios(3)
        },
        {
            -- Windows' consoles ask a question before they paste several lines, or submit each of them. What runs in
            -- them cannot be read.
            name = "Windows terminal",
            match = { app = { "conhost.exe", "windowsterminal.exe" } },
            bracketed = false,
        },
        {
            name = "text field",                           -- of a Windows program: Edit, RichEdit
            match = { field = true },
            bracketed = true,
            composer = { all = true },
        },
    },

    -- The chord that makes a window paste: the first row with its class. Other windows: what their desktop says.
    paste_keys = {
        { app = { "xterm", "uxterm", "urxvt", "rxvt", "mlterm", "mintty.exe",
            "putty.exe" }, keys = "shift+Insert" },
        { app = { "gnome-terminal", "gnome-terminal-server", "org.gnome.console", "kgx", "org.gnome.ptyxis",
            "konsole", "yakuake", "xfce4-terminal", "mate-terminal", "lxterminal", "qterminal", "deepin-terminal",
            "terminator", "tilix", "guake", "tilda", "terminology", "cool-retro-term", "sakura", "termite",
            "st", "st-256color", "alacritty", "kitty", "foot", "footclient", "contour", "rio", "warp", "wave", "hyper",
            "tabby", "wezterm", "org.wezfurlong.wezterm", "ghostty", "com.mitchellh.ghostty", "x-terminal-emulator",
            "alacritty.exe", "wezterm-gui.exe" },
            keys = "ctrl+shift+v" },
    },

    -- What puts the cursor into the chat before the paste: chords and texts, in order.
    focus_keys = {
        { app = { "code", "code-insiders", "code - insiders", "codium", "vscodium", "code-oss", "cursor", "windsurf",
            "code.exe", "code - insiders.exe", "vscodium.exe", "cursor.exe", "windsurf.exe" },
            keys = { { chord = "ctrl+shift+p" }, { text = "Open Codex Sidebar" }, { chord = "Return" } } },
    },
}
