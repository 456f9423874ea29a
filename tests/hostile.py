"""Hostile values, and hostile requests and documents made from those that a page or a program would send."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

Pairs = list[tuple[str, str]]

# What text of an export must not become code by.
NASTY = (
    '"""',
    "'''",
    "\\",
    "\n",
    "\r",
    "\x0c",
    "\u2028",
    "\u202e",
    "#",
    "=",
    "@",
    "+",
    "{",
    "}",
    "$",
    "%",
    "<script>",
    "coding: utf-7\n",
    "+AAo-import os",
    "; import os",
    "__import__('os').system('x')",
    ")",
    "(",
    ",",
    "\t",
)
# Values that stand nowhere in a document.
JUNK = (
    None,
    True,
    "",
    "x",
    "__nan__",
    "{x}",
    "@latency",
    0,
    -1,
    1.5,
    1e308,
    [],
    {},
    [1.0],
    ["x"],
    {"value": 1.0},
    "x" * 5000,
    [[]],
    '"""',
    "=1+1",
)

# Numbers, units, names, text, markup, addresses, axes and goals as a reader might mistype or an attacker write them.
VALUES = (
    *NASTY,
    *("", " ", "0", "-1", "-0", "1e308", "1e-320", "1e999", "nan", "inf", "-inf", "0x10", "1_000", "1,000", "١٢", "½"),
    *("9" * 400, "1" * 5000, "x" * 9000, "İ" * 40, "(" * 3000, "[" * 3000, "a" * 70_000),
    *(
        "5 $",
        "30000+$",
        "$",
        "1/0",
        "9**9**9",
        "2**2**2**2**9 s",
        "1 byte/s/s",
        "1e3000000000 s",
        "-1 kg",
        "5 °C",
        "1e",
    ),
    *("\x00", "a\x00b", "\r\nX: y", "\u202e", "\ufeff", "\U0010ffff", "null", "true", "{", '{"peak": ', "[1]"),
    *("<script>alert(1)</script>", "{{7*7}}", "{% debug %}", "%s%s%n", "' OR 1=1 --", r"\left", r"\sqrt["),
    *("../../etc/passwd", "//[", "//evil.example/walls/roofline/", "javascript:alert(1)", "/walls/roofline/?x=\x00"),
    *("all", "all NVIDIA", "1 to 512 doubling", "x1 to x2 in 1000000 steps", "1..512 log", "1 to 1e9 in 99999 steps"),
    *("minimize: tco", "latency < -1 s", "maximize: ", "wall/x", "roofline", "roofline,serving,tco", "h100-sxm5-80gb"),
    *("llama-3-8b", "fp16", "2147483648", "9223372036854775808", "2024-02-30", "0001-01-01", "on", "-9" * 30),
)
_NAMES = (
    "x",
    "class",
    "page",
    "per_page",
    "sweep",
    "also",
    "axis",
    "values",
    "goal",
    "of",
    "words",
    "range.x",
    "a.b.c",
)
_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "POST", "PROPFIND")
_HEADERS = {
    "HX-Request": ("true", "false", "x"),
    "HX-Target": ("result", "nothing", "<b>"),
    "HX-Current-URL": ("//[", "http://localhost/s/?words=%00", "x"),
    "HX-History-Restore-Request": ("true",),
    "Accept": ("application/json", "text/csv", "*/*;q=x", "image/png", ",,,"),
    "Accept-Encoding": ("br", "gzip, br;q=0", "identity;q=0", "x" * 500),
    "Accept-Language": ("de", "x" * 300, "en;q=2"),
    "If-None-Match": ('"x"', "*", 'W/"', "x" * 3000),
    "If-Modified-Since": ("yesterday", "Mon, 01 Jan 9999 00:00:00 GMT"),
    "Range": ("bytes=0-1", "bytes=9-1", "bytes=-"),
    "Host": ("evil.example", "localhost:99999", "[::1", "a b", ""),
    "Authorization": ("Bearer x", "Bearer mlsys_" + "x" * 43, "Basic eDp4", "Bearer"),
    "Cookie": ("sessionid=x; csrftoken=y", "sessionid=" + "x" * 3000, "=;=;", 'a="\\073"'),
    "Referer": ("//[", "http://evil.example/", "x"),
    "X-Forwarded-For": ("1.2.3.4, x", "::1", "x" * 300),
    "X-Forwarded-Proto": ("https", "ftp"),
    "Content-Type": ("application/json", "multipart/form-data", "text/plain; charset=x"),
}


def encoded(pairs: Pairs) -> str:
    """Return the query string or form body of these pairs."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)


def changed(pairs: Pairs, draw: random.Random) -> Pairs:
    """Return the pairs with one to four of them replaced, renamed, doubled, dropped, swapped or added."""
    pairs = list(pairs)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(pairs)) if pairs else -1
        match draw.randint(0, 9):
            case 0:
                pairs.append((draw.choice(_NAMES), draw.choice(VALUES)))
            case 1 if pairs:
                pairs.append(pairs[at])
            case 2 if pairs:
                del pairs[at]
            case 3 if pairs:
                pairs[at] = (draw.choice(_NAMES), pairs[at][1])
            case 4 if pairs:
                pairs[at] = (pairs[at][0], draw.choice(pairs)[1])
            case 5 if pairs:
                pairs[at] = (pairs[at][0], pairs[at][1] + draw.choice(VALUES))
            case _ if pairs:
                pairs[at] = (pairs[at][0], draw.choice(VALUES))
    if draw.random() < 0.01:
        pairs += [(f"x{n}", "1") for n in range(1200)]
    return pairs


def query(pairs: Pairs, draw: random.Random) -> str:
    """Return a hostile query string: changed pairs, and at times bytes that are no text at all."""
    if draw.random() < 0.03:
        return quote(bytes(draw.randrange(256) for _ in range(draw.randint(1, 60))), safe="&=%;+")
    return encoded(changed(pairs, draw))


def headers(draw: random.Random) -> dict[str, str]:
    """Return none to three hostile headers."""
    names = draw.sample(list(_HEADERS), draw.choice((0, 0, 0, 1, 1, 2, 3)))
    return {name: draw.choice(_HEADERS[name]) for name in names}


def method(draw: random.Random) -> str:
    """Return GET, or at times another method that no page expects."""
    return draw.choice(_METHODS) if draw.random() < 0.05 else "GET"


def part(draw: random.Random) -> str:
    """Return a hostile part of a path."""
    return quote(draw.choice(VALUES)[:2000], safe="")


def places(inside: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the paths of all items of a document."""
    pairs = inside.items() if isinstance(inside, dict) else enumerate(inside) if isinstance(inside, list) else ()
    for step, value in pairs:
        yield (*path, step)
        yield from places(value, (*path, step))


def mutated(told: Any, chance: random.Random) -> Any:
    """Return a document with one to three items changed, dropped, doubled, renamed or swapped."""
    told = copy.deepcopy(told)
    for _ in range(chance.randint(1, 3)):
        every = list(places(told))
        # A top-level item is as likely as one of the many points of curves.
        path = chance.choice([p for p in every if len(p) == chance.randint(2, 6)] or every)
        inside = told
        for step in path[:-1]:
            inside = inside[step]
        match chance.randint(0, 4):
            case 0:
                inside[path[-1]] = chance.choice(JUNK)
            case 1:
                del inside[path[-1]]
            case 2 if isinstance(inside, list):
                inside.append(inside[path[-1]])
            case 3 if isinstance(inside, dict):
                inside[chance.choice(["x", "latency", "class", "x y", *inside])] = inside[path[-1]]
            case _:
                other = chance.choice(every)
                value = told
                for step in other:
                    try:
                        value = value[step]
                    except (KeyError, IndexError, TypeError):
                        break
                inside[path[-1]] = copy.deepcopy(value)
    return told
