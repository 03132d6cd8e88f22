"""The hostile files: for each case its files, and the codes of which one must be reported.

A file is bytes, or a function that puts something else at a path: a link, a pipe, a folder. The first file of a case
is the one that is validated.
"""

import os

MEGABYTE = 1_000_000
HEAD = b"espalier: 1\nspace: hostile\ninput: {channels: 3, height: 8, width: 8}\noutput: {classes: 10}\n"
TAIL = b"  - {name: pool, op: global_pool}\n  - {name: scores, op: linear, features: 10}\n"
SPACE = HEAD + b"network:\n" + TAIL


def link(target):
    """A symbolic link."""
    return lambda path: os.symlink(target, path)


def pipe(path):
    """A named pipe that nobody writes to."""
    os.mkfifo(path)


def using(name):
    """A space that uses a file."""
    return SPACE.replace(b"network:", b"use: [" + name.encode() + b"]\nnetwork:")


def network(item):
    """A space with one more operation."""
    return HEAD + b"network:\n  - " + item + b"\n" + TAIL


def filled(piece, before=b"", after=b"", size=4 * MEGABYTE):
    """So many bytes of one piece."""
    return before + piece * (size // len(piece)) + after


def laughs(separator, count=10, levels=30):
    """The billion laughs: every line stands for ten of the line before."""
    lines = [b"a0: &a0 [" + separator.join([b"x"] * count) + b"]"]
    for level in range(1, levels):
        aliases = separator.join([b"*a%d" % (level - 1)] * count)
        lines.append(b"a%d: &a%d [%s]" % (level, level, aliases))
    return b"\n".join(lines) + b"\n"


def nested_laughs(levels=100):
    """The same in one value: every anchor stands inside the next."""
    text = b"x"
    for level in range(levels):
        text = b"[&a%d %s, *a%d]" % (level, text, level)
    return b"a: " + text + b"\n"


def laughing_spaces():
    """Aliases of network items: each one is small, all of them are many."""
    items = b"\n".join(b"  - {name: n%d, op: identity, x: *big}" % n for n in range(2000))
    return HEAD + b"hints: &big [" + b",".join([b"1"] * 1000) + b"]\nnetwork:\n" + items + b"\n" + TAIL


def indented(levels):
    """A mapping in a mapping in a mapping, each one a space further in."""
    return b"".join(b" " * level + b"a:\n" for level in range(levels))


def anchors(count):
    return b"a:\n" + b"".join(b"- &a%d x\n" % number for number in range(count))


def aliases(count):
    """Undefined aliases, each one a likely misspelling of a thousand anchors."""
    return b"a:\n" + b"".join(b"- &anchor%d x\n" % n for n in range(1000)) + b"".join(
        b"- *anchr%d\n" % n for n in range(count))


def items(count, form):
    return HEAD + b"network:\n" + b"".join(form % number for number in range(count)) + TAIL


def blocks(count, form):
    return HEAD + b"blocks:\n" + b"".join(form % number for number in range(count)) + b"network:\n" + TAIL


def doubling_blocks(levels):
    """Blocks of which each one uses the one before twice: 2^levels operations."""
    text = b"  b0: {body: [{op: identity}]}\n"
    for level in range(1, levels):
        text += b"  b%d: {body: [{op: b%d}, {op: b%d}]}\n" % (level, level - 1, level - 1)
    return HEAD + b"blocks:\n" + text + b"network:\n  - {name: big, op: b%d}\n" % (levels - 1) + TAIL


def chain_of_uses(count):
    """Files of which each one uses the next."""
    files = {"space.yaml": using("b0.yaml")}
    for number in range(count):
        files["b%d.yaml" % number] = b"espalier: 1\nuse: [b%d.yaml]\nblocks: {}\n" % (number + 1)
    return files


def argument(expression):
    return network(b'{name: a, op: conv, kernel: 1, channels: "' + expression + b'"}')


def choice(values):
    return network(b"{name: a, op: conv, kernel: 1, channels: {choose: " + values + b"}}")


def cases():
    """All cases: name, files, codes of which one must be shown; an empty set for a file that is valid."""
    one = {
        # Aliases
        "billion laughs": (laughs(b", "), {"ES0024"}),
        "billion laughs, 100 wide": (laughs(b", ", 100), {"ES0024"}),
        "laughs inside one another": (nested_laughs(), {"ES0024", "ES0025"}),
        "2,000 aliases of 1,000 values": (laughing_spaces(), {"ES0024"}),
        "100,000 anchors": (anchors(100_000), {"ES0026"}),
        "90,000 anchors": (anchors(90_000), {"ES1"}),
        "90,000 undefined aliases": (aliases(90_000), {"ES0021"}),
        "an alias of itself": (b"a: &a [*a]\n", {"ES0022"}),
        # 4 MB: the largest file that is read has 4 MiB
        "4 MB of one comment": (filled(b"x", b"# ", b"\n" + SPACE), set()),
        "4 MB of comments": (filled(b"# x\n", b"", SPACE), set()),
        "4 MB of blanks": (filled(b" "), {"ES0001"}),
        "4 MB of empty lines": (filled(b"\n", b"", SPACE), set()),
        "4 MB of tabs": (filled(b"\t"), {"ES0"}),
        "4 MB in a plain word": (filled(b"x"), {"ES"}),
        "4 MB in a key": (filled(b"x", b"", b": 1\n"), {"ES"}),
        "4 MB in a quoted word": (filled(b"x", HEAD + b'a: "', b'"\n'), {"ES1"}),
        "4 MB in a space's name": (SPACE.replace(b"hostile", b"x" * 4 * MEGABYTE), set()),
        "4 MB in a wrong name": (network(b"{name: a, op: " + b"x" * 4 * MEGABYTE + b"}"), {"ES1"}),
        "4 MB in an open quote": (filled(b"x", b'a: "'), {"ES0006"}),
        "4 MB of folded lines": (filled(b"x\n\n", b"a: 'x", b"'\n"), {"ES"}),
        "4 MB in a block scalar": (filled(b"  x\n", b"a: |\n"), {"ES1"}),
        "4 MB of escapes": (filled(b"\\u00e9", b'a: "', b'"\n'), {"ES1"}),
        "4 MB of wide characters": (filled("日".encode(), b"a: ", b"\n"), {"ES1"}),
        "4 MB in a flow list": (filled(b"1, ", b"a: [", b"1]\n"), {"ES0026"}),
        "4 MB of keys": (b"".join(b"k%d: 1\n" % number for number in range(380_000)), {"ES0026"}),
        "4 MB of one key": (filled(b"k: 1\n"), {"ES0019", "ES0026"}),
        "4 MB of flow keys": (b"{" + b"".join(b"k%d: 1, " % n for n in range(340_000)) + b"}", {"ES0026"}),
        "4 MB of items": (items(80_000, b"  - {name: n%d, op: batch_norm, bias: false}\n"), {"ES0026"}),
        "4 MB of documents": (filled(b"---\na: 1\n"), {"ES0002"}),
        "4 MB of commas": (filled(b",", b"a: ["), {"ES0"}),
        "4 MB of colons": (filled(b":"), {"ES"}),
        "4 MB of questions": (filled(b"? "), {"ES0"}),
        "4 MB of directives": (filled(b"%YAML 1.2\n"), {"ES0"}),
        "4 MB of tags": (filled(b"- !t x\n"), {"ES0015", "ES0026"}),
        "10 MB": (filled(b"# x\n", size=10 * MEGABYTE), {"bytes"}),
        # Nesting
        "100,000 [": (b"[" * 100_000, {"ES0025"}),
        "100,000 [ without an end": (b"a: " + b"[" * 100_000 + b"]" * 100_000, {"ES0025"}),
        "100,000 {a:": (b"{a: " * 100_000, {"ES0025"}),
        "100,000 -": (b"- " * 100_000, {"ES0025"}),
        "100,000 ?": (b"? " * 100_000, {"ES0"}),
        "2,000 indented keys": (indented(2000), {"ES0025"}),
        "4 MB of [": (filled(b"["), {"ES0025"}),
        # Bytes
        "NUL": (SPACE + b"\0", {"ES0004"}),
        "4 MB of NUL": (filled(b"\0"), {"ES0004"}),
        "truncated UTF-8": (SPACE + b"# \xe6\x97", {"ES0003"}),
        "overlong UTF-8": (SPACE + b"# \xc0\xaf\n", {"ES0003"}),
        "surrogates": (SPACE + b"# \xed\xa0\x80\n", {"ES0003"}),
        "past Unicode": (SPACE + b"# \xf4\x90\x80\x80\n", {"ES0003"}),
        "UTF-16": (SPACE.decode().encode("utf-16"), {"ES0003"}),
        "UTF-32": (SPACE.decode().encode("utf-32"), {"ES0003", "ES0004"}),
        "byte-order mark": (b"\xef\xbb\xbf" + SPACE, set()),
        "two byte-order marks": (b"\xef\xbb\xbf" * 2 + SPACE, {"ES"}),
        "CR LF": (SPACE.replace(b"\n", b"\r\n"), set()),
        "CR": (SPACE.replace(b"\n", b"\r"), set()),
        "next line and line separators": (SPACE.replace(b"\n", "\u0085".encode()), {"ES", ""}),
        "empty": (b"", {"ES0001"}),
        "gzip": (b"\x1f\x8b\x08\x00" + bytes(range(256)), {"ES000"}),
        "escape sequences": (SPACE + b'a: "\\e[31m\\a"\n', {"ES1"}),
        # Expressions and numbers
        "an expression of 1 MB": (argument(b"1" + b" + 1" * 250_000), {"ES0045"}),
        "an expression of one word of 1 MB": (argument(b"a" * MEGABYTE), {"ES1"}),
        "an expression of one path of 1 MB": (argument(b"a" + b".a" * 500_000), {"ES"}),
        "an expression of 100,000 (": (argument(b"(" * 100_000), {"ES004"}),
        "an expression of 900 (": (argument(b"(" * 499 + b"1" + b")" * 499), {"ES0044"}),
        "an expression of 900 not": (argument(b"not " * 900 + b"a"), {"ES0044"}),
        "an expression of 900 -": (argument(b"- " * 900 + b"1"), {"ES0044"}),
        "an expression of 900 calls": (argument(b"floor(" * 300 + b"1" + b")" * 300), {"ES0044"}),
        "a sum of 499": (argument(b"1" + b" + 1" * 498), set()),
        "a number of 10,000 digits": (argument(b"9" * 10_000), {"ES"}),
        "a plain number of 10,000 digits": (network(b"{name: a, op: conv, kernel: 1, channels: " + b"9" * 10_000 + b"}"), {"ES"}),
        "a fraction of 10,000 digits": (argument(b"0." + b"3" * 10_000), {"ES"}),
        "1e999999999": (network(b"{name: a, op: conv, kernel: 1, channels: 1e999999999}"), {"ES"}),
        "0x of 10,000 digits": (network(b"{name: a, op: conv, kernel: 1, channels: 0x" + b"f" * 10_000 + b"}"), {"ES"}),
        "4 MB of digits": (filled(b"9", HEAD + b"network: ", b"\n"), {"ES"}),
        "a product past 64 bits": (argument(b" * ".join([b"99999"] * 9)), {"ES"}),
        "a range of 10^18": (choice(b"{from: 0, to: 1e18, step: 1}"), {"ES"}),
        "a range of 10^18 by 10^-18": (choice(b"{from: 1, to: 1e18, step: 1e-18}"), {"ES"}),
        "a range of steps of 0": (choice(b"{from: 1, to: 9, step: 0}"), {"ES"}),
        "a choice of 90,000": (choice(b"[" + b", ".join(b"%d" % n for n in range(1, 90_000)) + b"]"), {"ES"}),
        "a choice of 10,000": (choice(b"{from: 1, to: 10000, step: 1}"), set()),
        "a choice of 90,000 equal": (choice(b"[" + b"1, " * 90_000 + b"]"), {"ES"}),
        "a stage of 10^18 layers": (network(b"{stage: s, layers: 1000000000000000000, layer: {op: identity}}"), {"ES"}),
        "a stage of 10,000 layers": (network(b"{stage: s, layers: 10000, layer: {op: identity}}"), {"ES", ""}),
        "a stage of up to 10^9 layers": (network(b"{stage: s, layers: {choose: {from: 1, to: 1e9, step: 1}}, decide: each, layer: {op: identity}}"), {"ES"}),
        "an image of 10^18": (SPACE.replace(b"height: 8", b"height: 1000000000000000000"), {"ES", ""}),
        "blocks that double 40 times": (doubling_blocks(40), {"ES1019"}),
        "14 choices of 10,000": (items(14, b"  - {name: n%d, op: conv, kernel: 1, channels: {choose: {from: 1, to: 10000, step: 1}}}\n"), set()),
        "a sum of 14 choices of 10,000": (HEAD + b"decisions:\n" + b"".join(b"  d%d: {choose: {from: 1, to: 10000, step: 1}}\n" % n for n in range(14)) + b"network:\n  - {name: a, op: conv, kernel: 1, channels: " + b" + ".join(b"d%d" % n for n in range(14)) + b"}\n" + TAIL, {"ES", ""}),
        "extents that double 50 times": (HEAD + b"network:\n  - {name: a, op: conv, kernel: 1, channels: {choose: [1, 2]}}\n  - {name: b, op: doubles}\n" + TAIL + b"blocks:\n  doubles:\n    body:\n" + b"      - {op: conv, kernel: 1, channels: here.channels + here.channels}\n" * 50, {"ES", ""}),
        "extents of extents": (items(60, b"  - {name: n%d, op: conv, kernel: 1, channels: {choose: [1, 2]}}\n") [:-len(TAIL)] + b"  - {name: b, op: all}\n" + TAIL + b"blocks:\n  all:\n    body:\n" + b"      - {op: conv, kernel: 1, channels: max(here.channels * here.channels, 1) + 1 - here.channels}\n".replace(b"max(here.channels * here.channels, 1) + 1 - here.channels", b'"min(here.channels * here.channels, 100) + 1"') * 30, {"ES", ""}),
        "1,000 layers of 900 alternatives": (network(b"{stage: s, layers: 1000, layer: {op: identity, or: [" + b"{op: batch_norm}, " * 900 + b"]}, decide: each}"), {"ES", ""}),
        "blocks 1,000 deep": (HEAD + b"blocks:\n  b0: {body: [{op: identity}]}\n" + b"".join(b"  b%d: {body: [{op: b%d}]}\n" % (n, n - 1) for n in range(1, 1000)) + b"network:\n  - {name: big, op: b999}\n" + TAIL, {"ES1018"}),
        "a choice of 10,000 in 400 layers of their own": (network(b"{stage: s, layers: 400, decide: each, layer: {op: conv, kernel: 1, channels: {choose: {from: 1, to: 10000, step: 1}}}}"), {"ES", ""}),
        # Many errors
        "10,000 operations": (items(10_000, b"  - {name: n%d, op: batch_norm}\n"), set()),
        "16,000 unknown operations": (items(16_000, b"  - {name: n%d, op: bach_norm}\n"), {"ES1"}),
        "10,000 wrong arguments": (items(10_000, b"  - {name: n%d, op: conv, kernel: two, chanels: 8}\n"), {"ES"}),
        "16,000 equal names": (items(16_000, b"  - {name: n, op: batch_norm} # %d\n"), {"ES"}),
        "45,000 unknown keys": (SPACE + b"".join(b"k%d:\n" % n for n in range(45_000)), {"ES"}),
        "90,000 wrong items": (HEAD + b"network:\n" + b"  - 1\n" * 90_000, {"ES"}),
        "45,000 equal keys": (SPACE + b"k:\n" * 45_000, {"ES0019"}),
        "90,000 tags": (b"a:\n" + b"- !t x\n" * 90_000, {"ES0015"}),
        "45,000 wrong keys in one line": (b"{" + b"~, " * 45_000 + b"}", {"ES0018"}),
        "45,000 equal keys in one line": (b"{" + b"k, " * 45_000 + b"}", {"ES0019"}),
        "8,000 wrong blocks": (blocks(8_000, b"  b%d: {body: [{op: nothing}]}\n"), {"ES"}),
        "8,000 right blocks": (blocks(8_000, b"  b%d: {body: [{op: identity}]}\n"), set()),
        "20,000 wrong parameters": (blocks(20_000, b"  b%d: {parameters: 1}\n"), {"ES"}),
        # Long lines
        "an error after 4 MB of the line": (SPACE + filled(b"x", b"a: [", b", ]]\n", 3_900_000), {"ES"}),
        "an error before 4 MB of the line": (SPACE + filled(b"x", b"a: [}", b"]\n", 3_900_000), {"ES"}),
        "an error over 4 MB": (SPACE + filled(b"x", b"a: !", b" 1\n", 3_900_000), {"ES"}),
    }
    many = {
        "uses /dev/zero": ({"space.yaml": using("/dev/zero")}, {"ES1"}),
        "uses a link to /dev/zero": ({"space.yaml": using("z.yaml"), "z.yaml": link("/dev/zero")}, {"ES1"}),
        "uses a link to /dev/random": ({"space.yaml": using("z.yaml"), "z.yaml": link("/dev/random")}, {"ES1"}),
        "uses a link to /dev/stdin": ({"space.yaml": using("z.yaml"), "z.yaml": link("/dev/stdin")}, {"ES1"}),
        "uses a pipe": ({"space.yaml": using("z.yaml"), "z.yaml": pipe}, {"ES1"}),
        "uses a folder": ({"space.yaml": using("z.yaml"), "z.yaml": os.mkdir}, {"ES1"}),
        "uses a link to a file outside": (
            {"space.yaml": using("z.yaml"), "z.yaml": link("../outside.yaml"), "../outside.yaml": b"espalier: 1\nblocks: {}\n"}, {"ES1"}),
        "uses a link to a file inside": (
            {"space.yaml": using("z.yaml"), "z.yaml": link("b.yaml"), "b.yaml": b"espalier: 1\nblocks: {}\n"}, set()),
        "uses a file in a linked folder outside": (
            {"space.yaml": using("z/outside.yaml"), "z": link(".."), "../outside.yaml": b"espalier: 1\nblocks: {}\n"}, {"ES1"}),
        "uses a link to itself": ({"space.yaml": using("z.yaml"), "z.yaml": link("z.yaml")}, {"ES1"}),
        "uses itself": ({"space.yaml": using("space.yaml")}, {"ES1"}),
        "uses a link to the space": ({"space.yaml": using("z.yaml"), "z.yaml": link("space.yaml")}, {"ES1"}),
        "uses ..": ({"space.yaml": using("../outside.yaml"), "../outside.yaml": b"espalier: 1\nblocks: {}\n"}, {"ES1"}),
        "uses a name with a NUL": ({"space.yaml": using('"a\\0b"')}, {"ES1"}),
        "uses a name with a line feed": ({"space.yaml": using('"a\\nb"')}, {"ES1"}),
        "uses a name of 1 MB": ({"space.yaml": using("x" * MEGABYTE)}, {"ES1"}),
        "uses 4 MB": ({"space.yaml": using("b.yaml"), "b.yaml": filled(b"# x\n", b"", b"espalier: 1\nblocks: {}\n")}, set()),
        "uses 4 MB of keys": ({"space.yaml": using("b.yaml"), "b.yaml": filled(b"k: 1\n")}, {"ES0019", "ES0026"}),
        "uses 10 MB": ({"space.yaml": using("b.yaml"), "b.yaml": filled(b"# x\n", size=10 * MEGABYTE)}, {"ES1"}),
        "uses 2,000 files, one by one": (chain_of_uses(2000), {"ES"}),
        "uses 50,000 missing files": (
            {"space.yaml": using(", ".join("m%d.yaml" % number for number in range(50_000)))}, {"ES1"}),
        "uses 20 files of 4 MB": (
            {"space.yaml": using(", ".join("b%d.yaml" % n for n in range(20)))}
            | {"b%d.yaml" % n: filled(b"# x\n", b"", b"espalier: 1\nblocks: {}\n") for n in range(20)}, {"ES", ""}),
        "is a pipe": ({"space.yaml": pipe}, {"regular"}),
        "is a link to /dev/zero": ({"space.yaml": link("/dev/zero")}, {"regular"}),
        "is a folder": ({"space.yaml": os.mkdir}, {"folder"}),
        "an architecture of itself": (
            {"space.yaml": b"espalier: 1\narchitecture: a\nof: space.yaml\nchoices: {}\n"}, {"ES"}),
        "an architecture of a link to /dev/zero": (
            {"space.yaml": b"espalier: 1\narchitecture: a\nof: z.yaml\nchoices: {}\n", "z.yaml": link("/dev/zero")}, {"ES"}),
        "an architecture with 45,000 wrong choices": (
            {"space.yaml": b"espalier: 1\narchitecture: a\nof: s.yaml\nchoices:\n" + b"".join(b"  s%d.x: 1\n" % n for n in range(45_000)),
             "s.yaml": items(1_000, b"  - {name: n%d, op: conv, kernel: 1, channels: {choose: [1, 2]}}\n")}, {"ES"}),
    }
    found = {name: ({"space.yaml": text}, codes) for name, (text, codes) in one.items()}
    return {**found, **many}
