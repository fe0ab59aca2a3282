std = "lua54"
max_line_length = 120
exclude_files = { "lua/meta", "build" }
-- Programs for `dispatch -e`, which makes each module a global; `refused` is their test's.
files["tests/starved"] = { read_globals = { "cjson", "clock", "digest", "edit", "file", "host", "lfs", "lock", "process",
    "refused", "term", "wait", "window", "zip" } }
