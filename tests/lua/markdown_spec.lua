local expect = require "expect"
local md = require "dispatch.markdown"
local test = expect.test

test("what would change the page's shape is shown as it is", function()
    expect.equal(md.text "a|b `c` *d* <e> & [f](g) \\h", "a\\|b \\`c\\` \\*d\\* &lt;e&gt; &amp; \\[f\\](g) \\\\h")
    expect.equal(md.line "# no heading", "\\# no heading")
    expect.equal(md.line "1. no list", "1\\. no list")
    expect.equal(md.line "- no list", "\\- no list")
    expect.equal(md.text "two\nlines\r\nthree", "two<br>lines<br>three")
    expect.equal(md.text "tab\there\27[0m", "tab here \\[0m")
end)

test("names with an underscore stay readable", function()
    expect.equal(md.text "A_core", "A_core")
    expect.equal(md.text "_not emphasis_", "\\_not emphasis\\_")
end)

test("code keeps its back-ticks and its table", function()
    expect.equal(md.code "plain", "`plain`")
    expect.equal(md.code "a`b", "``a`b``")
    expect.equal(md.code "``", "``` `` ```")
    expect.equal(md.code "a|b\nc", "`a\\|b c`")
end)

test("a sentence of ours may name commands", function()
    expect.equal(md.prose "run `a | b_` <now>", "run `a \\| b_` &lt;now&gt;")
end)

test("a block's fence is longer than any inside", function()
    expect.equal(md.block "a\n```\nb", "````\na\n```\nb\n````")
end)

test("a link's path cannot end the link", function()
    expect.equal(md.link("a]b", "a (b).txt"), "[a\\]b](a%20%28b%29.txt)")
end)

test("a table has a rule, and every row all cells", function()
    expect.equal(md.table({ "a", ">b" }, { { "1", "2" }, { false } }), "| a | b |\n| --- | ---: |\n| 1 | 2 |\n|  |  |")
    expect.equal(md.table({ "a" }, {}), "")
end)
