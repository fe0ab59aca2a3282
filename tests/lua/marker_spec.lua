local expect = require "expect"
local lfs = require "lfs"
local marker = require "dispatch.marker"
local test = expect.test

local ID, WORKER = "20261122_1", "A_core"
local TOKEN = "DONE 20261122_1 A_core"

local function utf16(text, big)
    local format = big and ">I2" or "<I2"
    local out = { format:pack(0xFEFF) }
    for _, code in utf8.codes(text) do
        if code > 0xFFFF then
            out[#out + 1] = format:pack(0xD800 + ((code - 0x10000) >> 10)) .. format:pack(0xDC00 + (code & 0x3FF))
        else
            out[#out + 1] = format:pack(code)
        end
    end
    return table.concat(out)
end

local function read(bytes)
    local path = expect.folder() .. "/DONE.marker"
    expect.write(path, bytes)
    return marker.read(path, ID, WORKER)
end

test("one of its lines, trimmed, is the token", function()
    for _, text in ipairs { TOKEN, TOKEN .. "\n", TOKEN .. "\r\n", " \t" .. TOKEN .. " \n", "done at 12:00\n" .. TOKEN,
        TOKEN .. "\nnotes: é\n", "a\r" .. TOKEN .. "\rb" } do
        expect.ok(read(text))
    end
end)

test("a BOM in UTF-8 is tolerated, UTF-16 is read with one", function()
    expect.ok(read("\xEF\xBB\xBF" .. TOKEN .. "\r\n"))
    expect.ok(read(utf16(TOKEN .. "\r\n")))
    expect.ok(read(utf16("🚀 é\n" .. TOKEN, true)))
    expect.refused("EINVAL", "UTF-16 without a byte order mark", read(utf16(TOKEN):sub(3)))
end)

test("nothing there is no message", function()
    local ok, message, code = marker.read(expect.folder() .. "/DONE.marker", ID, WORKER)
    expect.equal({ ok, message, code }, { nil, nil, "ENOENT" })
    ok, message, code = marker.read(expect.folder() .. "/no/such/DONE.marker", ID, WORKER)
    expect.equal({ ok, message, code }, { nil, nil, "ENOENT" })
end)

test("what is not yet right is said, with the path", function()
    for text, why in pairs {
        [""] = "it is empty", [" \n"] = "it is empty", ["DONE 2026"] = "its first line is 'DONE 2026'",
        ["DONE 20261121_1 A_core"] = "'DONE 20261121_1 A_core' is of another run",
        ["DONE 20261122_10 A_core"] = "is of another run",
        ["DONE 20261122_1 B_tooling"] = "'DONE 20261122_1 B_tooling' is another worker's",
        ["DONE 20261122_1 A_core_v2"] = "is another worker's",
        ["DONE  20261122_1 A_core"] = "its first line is", ["done 20261122_1 A_core"] = "its first line is",
        ["DONE 20261122_1 A_core."] = "is another worker's", ["x DONE 20261122_1 A_core"] = "its first line is",
        ["DONE 20261122_1 A_core\0"] = "is another worker's",
    } do
        local message = expect.refused("EINVAL", why, read(text))
        expect.contains(message, "/DONE.marker: ")
        expect.lacks(message, "\n")
    end
end)

test("half a character is not yet right", function()
    expect.refused("EINVAL", "middle of a UTF-16 character", read(utf16(TOKEN) .. "\n"))
    expect.refused("EINVAL", "middle of a UTF-16 character", read(utf16 "🚀":sub(1, 4)))
    expect.refused("EINVAL", "not valid UTF-16", read("\xFF\xFE\0\xDC\0\0"))
    expect.refused("EINVAL", "not valid UTF-8", read(TOKEN .. "\n\xFF"))
end)

test("a folder, a link or more than 64 KiB is no marker", function()
    local folder = expect.folder()
    local path = folder .. "/DONE.marker"
    lfs.mkdir(path)
    expect.refused("EINVAL", "is a folder", marker.read(path, ID, WORKER))
    expect.ok(read(TOKEN .. "\n" .. ("x"):rep(marker.MAX_BYTES - #TOKEN - 1)))
    expect.refused("EINVAL", "64 KiB", read(TOKEN .. "\n" .. ("x"):rep(marker.MAX_BYTES - #TOKEN)))
    expect.write(folder .. "/text", TOKEN)
    expect.link(folder .. "/text", folder .. "/link")
    expect.refused("EINVAL", "is a link", marker.read(folder .. "/link", ID, WORKER))
    expect.link("nowhere", folder .. "/broken")
    expect.refused("EINVAL", "is a link", marker.read(folder .. "/broken", ID, WORKER))
end)

test("a marker inside the worktree is told with both paths", function()
    local root = expect.folder()
    local job = { worker = WORKER, marker_path = root .. "/runs/DONE.marker",
        stray_marker_path = root .. "/worktree/runs/DONE.marker" }
    expect.equal(marker.stray(job), nil)
    expect.write(job.stray_marker_path, TOKEN)
    local message = marker.stray(job)
    expect.contains(message, job.marker_path)
    expect.contains(message, job.stray_marker_path)
    expect.contains(message, "A_core")
end)

test("a worktree whose runs folder leads to the root's has no stray marker", function()
    local root = expect.folder()
    expect.write(root .. "/runs/DONE.marker", TOKEN)
    expect.mkdir(root .. "/worktree")
    expect.link(root .. "/runs", root .. "/worktree/runs")
    expect.equal(marker.stray { worker = WORKER, marker_path = root .. "/runs/DONE.marker",
        stray_marker_path = root .. "/worktree/runs/DONE.marker" }, nil)
end)
