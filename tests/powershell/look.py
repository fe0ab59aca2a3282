"""What a PowerShell script says, by its grammar: no PowerShell runs on the systems that the tests run on.

look.py SCRIPT: JSON on standard output. Each line of standard input is a JSON list of words: what ConvertTo-Word of the
script makes of them is given back, done here with the script's own patterns.
"""
import json
import re
import sys

import tree_sitter
import tree_sitter_powershell


def nodes(node, kind):
    """Every node of this kind, in the order of the text."""
    found = [node] if node.type == kind else []
    for child in node.children:
        found += nodes(child, kind)
    return found


def text(node):
    return node.text.decode()


def parameter(node):
    kinds = [text(each).strip("[]") + ("[]" if text(each).endswith("[]]") else "")
             for each in nodes(node, "type_literal")]
    return {"name": text(nodes(node, "variable")[-1]).lstrip("$"), "type": kinds[-1] if kinds else ""}


def mistakes(node):
    """Where the grammar does not know on."""
    own = [f"line {node.start_point[0] + 1}: {node.type}: {text(node)[:60]}"] if node.is_error or node.is_missing else []
    return own + [each for child in node.children for each in mistakes(child)]


def functions(root):
    return {text(nodes(each, "function_name")[0]): each for each in nodes(root, "function_statement")}


def quoting(function):
    """The conditions and replacements of ConvertTo-Word, as Python's patterns."""
    literals = [text(each)[1:-1] for each in nodes(function, "verbatim_string_characters")]
    empty, plain, quote, before, quotes, slashes, twice, close = literals
    assert (empty, quote, close) == ("", '"', '"'), literals

    def replacement(group):
        return lambda match: re.sub(r"\$1", lambda _: match.group(1), group)

    def convert(word):
        if word and not re.search(plain, word):
            return word
        inside = re.sub(before, replacement(quotes), word)
        return '"' + re.sub(slashes.replace(r"\z", r"\Z"), replacement(twice), inside) + '"'

    return convert


def main():
    with open(sys.argv[1], "rb") as script:
        source = script.read()
    root = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language())).parse(source).root_node
    own = functions(root)
    convert = quoting(own["ConvertTo-Word"])
    print(json.dumps({
        "mistakes": mistakes(root),
        "has_error": root.has_error,
        "parameters": [parameter(each) for each in nodes(nodes(root, "param_block")[0], "script_parameter")],
        "functions": sorted(own),
        "commands": sorted({text(each) for each in nodes(root, "command_name")}),
        "operators": [text(each) for each in nodes(root, "command_invokation_operator")],
        "exits": [text(each) for each in nodes(root, "flow_control_statement") if each.children[0].type == "exit"],
        "last": text(root.children[-1].children[-1]),
        "lines": [" ".join(convert(word) for word in json.loads(line)) for line in sys.stdin],
    }))


main()
