---@meta window

--- Windows of a desktop, panes of a tmux server: find them, focus them, paste into them, and say what was seen.
--- Facts only: whether a prompt was delivered is decided in dispatch.receipt.
---@class window
local window = {}

--- A window as list() found it.
---@class window.listed
---@field id integer
---@field pid integer 0: unknown, or on another host
---@field title string valid UTF-8, whatever the program wrote
---@field app string WM_CLASS, file name of the executable, or the foreground program of a pane
---@field alias? string tmux: the name of a window that has one pane
---@field minimised boolean
---@field elsewhere boolean on another workspace, or a pane that no terminal shows
---@field elevated boolean it runs with more rights than we, and swallows input
---@field dead boolean its program ended
---@field relay boolean its program passes text on (ssh, tmux, docker …): that it read a text proves nothing
---@field shell boolean a shell stands in front: a prompt would be run as commands
---@field self boolean dispatch itself runs in it

--- A window that was chosen. From then on it is never searched again, only checked.
---@class window.pin
---@field id integer
---@field pid? integer 0 or absent: not compared
---@field token string must stand in the title (or alias) as a whole word

--- A desktop that was opened: its windows, its clipboard, its keys.
---@class window.desktop closable; a method of a closed one raises
---@field name string the word after -Via
---@field exclusive boolean one focus and one clipboard for all: lock() before sending
---@field reads_text boolean screen_text() works on every window
---@field reads_field boolean screen_text() answers what stands in the window's field for text, where that can be read
---@field same_queue boolean a key after a consumed paste cannot overtake it
---@field paste_keys? string the chord that pastes where the target's own is not known; nil: no chord is needed
local desktop = {}

---@class window.changes closable; something to wait for; the desktop's own: it is the same each time

---@class window.deadline
---@field deadline number absolute: clock.now() + seconds

---@class window.paste_options: window.deadline
---@field keys? string the chord that makes this target paste
---@field press? fun(keys: string?): boolean presses the chord in the desktop's place, once the text is on offer; false: it did not go out; close, unlock and paste raise in it. win32 and the fake desktop alone

---@class window.key_options: window.deadline
---@field press? fun(chord: string): boolean presses the chord in the desktop's place; false: it did not go out; close, unlock and paste raise in it. On win32 it is then seen whether the program took it

--- The names of the back ends that were built in.
---@return string[] names
function window.backends() end

--- Could open() work here? Changes nothing.
---@param name string
---@param where? string display name; path of the tmux socket, or its name as `tmux -L` takes it; default: the environment's
---@return true? possible
---@return string? message why not
---@return string? code ENODISPLAY EUNSUPPORTED
function window.probe(name, where) end

--- Opens a desktop: one connection, closed by close() or when it is collected.
---@param name string one of backends(): "tmux", "x11"; on Windows "win32"
---@param where? string display name; path of the tmux socket, or its name as `tmux -L` takes it; default: the environment's
---@return window.desktop? desktop
---@return string? message
---@return string? code ENODISPLAY EUNSUPPORTED EINTR
function window.open(name, where) end

--- Does the token stand in the title as a whole? Neither before nor after it is a letter, digit or underscore; what is
--- not drawn is looked through; literal, case-sensitive. The rule that a pin is checked by.
---@param title string
---@param token string empty: in no title
---@return boolean
function window.has_token(title, token) end

--- A window to practise on: a field for text, as a chat has it, and a line above it. Comes back when it is closed.
--- Windows alone.
---@param title string
---@param line string
---@param submitted fun(text: string): string Enter was pressed: what stood in the field; answers the new line. An error in it closes the window
---@param at {x: integer, y: integer, width: integer, height: integer} pixels of the desktop
---@return true? closed
---@return string? message
---@return string? code EUNSUPPORTED: not on Windows
function window.sample(title, line, submitted, at) end

--- A desktop made of rules, on simulated time: waiting costs nothing while nothing but rules can happen. What a rule
--- may say: fake.rule. A field that is not known, or of the wrong type, raises.
---@param rules fake.rule[]
---@return fake.desktop? desktop
---@return string? message names the rule by its number
---@return string? code EINVAL
function window.fake(rules) end

--- The windows that are there now.
---@param titles? string[] only windows with one of these in their title are meant: of others the flags may be missing,
--- and pid is what the desktop knows without asking them. Among a thousand X11 windows that saves most of the time.
---@return window.listed[]? windows
---@return string? message
---@return string? code ENODISPLAY EINTR
function desktop:list(titles) end

--- Ready when windows came, went, ended, were renamed or changed focus since list() was last called.
---@return window.changes source
function desktop:changes() end

--- Is it still the same window, and may a prompt go there now?
---@param pin window.pin
---@return true? fit
---@return string? message
---@return string? code EGONE EREFUSED ENODISPLAY
function desktop:check(pin) end

--- Makes it the active window. True only when it is, and the input focus is inside it.
---@param pin window.pin
---@param options window.deadline
---@return true? focused
---@return string? message
---@return string? code EFOCUS EGONE ETIMEOUT EINTR ENODISPLAY
function desktop:focus(pin, options) end

--- Pastes. The word comes first in every case, also when it failed: only after "not" may the text be pasted again.
--- whole: the window's own program took the last byte · served: handed out, its end not seen · not: nobody asked for
--- it · unknown: this desktop cannot say.
---@param pin window.pin
---@param text string
---@param options window.paste_options
---@return "whole"|"served"|"not"|"unknown" taken
---@return string? message when it failed
---@return string? code EGONE EFOCUS EREFUSED ETIMEOUT EINTR ENODISPLAY
function desktop:paste(pin, text, options) end

--- Who took the text, where paste() said "whole".
---@return "window"|"process"|nil reader window: the pinned window itself · process: its process, by a window that is not
--- seen and that all of its windows may share · nil: this desktop cannot say
function desktop:reader() end

--- Could the last paste not save what the user had in the clipboard, or unlock() not give it back? Tells it once.
---@return string? why what does not come back, and why not; nil: all does, or no clipboard was used
function desktop:unsaved() end

--- One chord, to the pinned window or to nobody.
---@param pin window.pin
---@param chord string "Return", "ctrl+Return", "shift+Insert" …
---@param options window.key_options
---@return "whole"|"served"|"unknown"|nil taken whole: the program was seen to read it · served: it was not, for 2 s, and
--- the key waits for it · unknown: nobody can say. With a message: nil, no key went out; unknown, it may have
---@return string? message when it failed
---@return string? code EINVAL (no chord) EGONE EFOCUS EREFUSED ETIMEOUT EINTR ENODISPLAY
function desktop:key(pin, chord, options) end

--- Types a short text as keys: the words of -FocusKeys, never a prompt.
---@param pin window.pin
---@param text string
---@param options window.deadline
---@return true? typed
---@return string? message
---@return string? code EGONE EFOCUS ETIMEOUT EINTR ENODISPLAY EUNSUPPORTED
function desktop:type(pin, text, options) end

--- The visible text, lines joined by newlines, whatever the title says by now.
---@param pin window.pin
---@return string? text
---@return string? message
---@return string? code EUNSUPPORTED EGONE EINTR ENODISPLAY
function desktop:screen_text(pin) end

--- What the element with the focus tells of itself, as to a screen reader: it may be cut or decorated. From the first
--- answer after focus() on it is the same element that is asked. win32 alone.
---@param pin window.pin
---@return string? text
---@return string? message
---@return string? code EUNSUPPORTED: it tells nothing, or may not be asked · ETIMEOUT: it does not answer · EGONE
function desktop:told_text(pin) end

--- A picture as PNG.
---@param pin? window.pin nil: the whole desktop
---@param path string
---@return true? written
---@return string? message
---@return string? code EUNSUPPORTED EGONE ENOENT EACCES EIO ENODISPLAY
function desktop:screenshot(pin, path) end

--- Flashes a frame around the window for a second, so that a person sees which one is meant. It is neither raised nor
--- focused; the pin's token and pid do not count.
---@param pin window.pin
---@param options window.deadline
---@return true? flashed
---@return string? message
---@return string? code EUNSUPPORTED: not on X11; EGONE; EREFUSED: minimised or on another workspace; ETIMEOUT EINTR ENODISPLAY
function desktop:highlight(pin, options) end

--- One dispatcher a desktop, while it sends. True at once where no lock is needed.
---@param deadline number absolute: clock.now() + seconds
---@return true? locked
---@return string? message names the holder
---@return string? code ELOCKED EINTR ENODISPLAY
function desktop:lock(deadline) end

--- Gives the user's clipboard back and lets other dispatchers send. Again is fine.
function desktop:unlock() end

--- Unlocks and releases everything. Again is fine. Also `<close>`.
function desktop:close() end

--- A rule of window.fake(). It has a moment (`at`) or a call (`on`), and says what the call answers, what becomes of a
--- window, and what happens in the world. Times are seconds. Several rules for one moment or call apply in the order of
--- the table; of several answers the first counts.
---@class fake.rule
---@field at? number when: since the desktop was opened
---@field on? "list"|"lock"|"check"|"focus"|"paste"|"key"|"type"|"submit"|"screen_text"|"screenshot" when: this call;
--- `submit`: a window took what was in its composer
---@field window? string the window that the rule is about, by its name in the rules; a call without it: any
---@field nth? integer only the nth of these calls
---@field after? number what becomes of windows and the world comes so much later, unless the window closed meanwhile
---
--- Answers of a call:
---@field answer? "lose"|"cut"|"served"|"unknown"|"not"|"swallow"|string a code (`"EFOCUS"`): it is refused with it.
--- A paste: `lose` nothing arrives, whole is said · `cut` the first `keep` bytes arrive, whole is said · `served`,
--- `unknown` all arrives, that is said · `not` nobody asks until the deadline. A key: `swallow`, read and ignored
---@field code? string a paste arrives as `answer` says, and is refused with this nevertheless
---@field message? string of the refusal
---@field keep? integer bytes
---@field taken? "whole"|"served"|"not"|"unknown" said in place of the usual word. A key that is refused: with it the key
--- goes out nevertheless
---@field takes? number the call lasts so long; ETIMEOUT when its deadline is nearer, and then nothing arrived
---@field late? number the call answers at once, the text shows (the key works) so much later
---
--- What becomes of a window. One that is not there appears, and must have a title:
---@field of? string of this window, not of `window`
---@field title? string
---@field retitle? string the same as `of`, beside `title`
---@field close? boolean|string true, or the window's name
---@field id? integer else numbered from 1, in order of appearance
---@field pid? integer else 1000 + id
---@field app? string
---@field alias? string
---@field minimised? boolean
---@field elsewhere? boolean
---@field elevated? boolean
---@field dead? boolean
---@field relay? boolean
---@field shell? boolean
---@field self? boolean
---@field screen? string what stands before the composer's text; default `> `
---@field draft? string|false what is in its composer
---@field modal? string|false shown in place of all else, and takes the keys: Return is consent
---@field busy? string|false shown above the prompt after a submit
---@field working? boolean `busy` is shown (not any more)
---@field blind? boolean its text cannot be read
---@field echo? boolean what was submitted stays on the screen
---@field brackets? boolean false: each newline of a paste submits
---@field chat? boolean false: the cursor is not in the chat until ctrl+shift+p, words and Return were sent
---@field paste_keys? string the only chord that makes it paste
---@field submit_key? string the only chord that submits; default: Return and ctrl+Return
---@field collapse? integer a paste of more characters shows as `[Pasted Content N chars]`
---@field burst? number Return so soon after a paste is a newline
---
--- What happens in the world:
---@field focus? string|false this window becomes the active one
---@field write? string a file, with its folders
---@field text? string its bytes
---@field remove? string a file or folder
---@field unsaved? string what the user had in the clipboard will not come back: why
---@field interrupt? "INT"|"TERM"|"HUP"|"KILL" as if the signal came
---@field display? "gone" from now on everything is ENODISPLAY
---
--- The desktop itself, in a rule that has neither `at` nor `on`:
---@field desktop? "x11"|"tmux" able to do what those are; else exclusive, and reads text
---@field exclusive? boolean
---@field reads_text? boolean
---@field same_queue? boolean

--- What a fake desktop has beside the methods of all others. These two work on a closed one as well.
---@class fake.desktop: window.desktop
local fake = {}

--- What reached each window, by its name in the rules.
---@return table<string, {pasted: string[], keys: string[], typed: string[], submitted: string[], consented: string[],
--- pastes: integer, focused: integer}> record pasted: what arrived of it; pastes, focused: how often it was tried
function fake:record() end

--- The same in order, and when. `what`: focus, paste (offered), arrive, key, type, submit, consent, lock, unlock.
---@return {at: number, window: string, what: string, text: string}[] history window "": the desktop
function fake:history() end

return window
