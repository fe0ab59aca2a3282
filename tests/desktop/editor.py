"""editor: a GTK 3 text view. editor.py FILE TITLE [DIALOG]: FILE has what stands in it, written anew after each change.
With DIALOG: a modal dialog of this title stands before it."""
import os
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

path, title = sys.argv[1:3]
window = Gtk.Window(title=title)
window.set_default_size(400, 300)
view = Gtk.TextView()
window.add(view)


def save(buffer):
    with open(path + ".new", "wb") as out:
        out.write(buffer.get_property("text").encode())
    os.rename(path + ".new", path)


view.get_buffer().connect("changed", save)
save(view.get_buffer())
window.connect("destroy", Gtk.main_quit)
window.show_all()
view.grab_focus()
if len(sys.argv) > 3:
    dialog = Gtk.MessageDialog(transient_for=window, modal=True, text="Trust this folder?")
    dialog.set_title(sys.argv[3])
    dialog.show_all()
Gtk.main()
