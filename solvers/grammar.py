"""Words that agree with the number before them: `1` and ` devices are` become `1 device is`."""

from __future__ import annotations

import re

# The nouns that walls and pages count, and their verbs. A noun that stands after a count belongs here; a test counts
# one of everything that a sentence counts.
_REGULAR = (
    *("accelerator", "configuration", "constraint", "design", "device", "expert", "figure", "hop", "inference", "job"),
    *("layer", "level", "model", "node", "part", "place", "region", "replica", "request", "rival", "sample"),
    *("sequence", "slot", "stage", "step", "token", "worker", "writer"),
)
_IRREGULAR = {"copies": "copy", "queries": "query", "microbatches": "microbatch"}
_SINGULAR = {f"{noun}s": noun for noun in _REGULAR} | _IRREGULAR
_VERBS = {
    **{"are": "is", "have": "has", "do": "does", "miss": "misses"},
    **{
        verb: f"{verb}s"
        for verb in ("fit", "keep", "make", "meet", "need", "prepare", "run", "serve", "take", "train", "wait")
    },
}
_OF_MANY = re.compile(rf"^( of (?:the )?[\d,]+ (?:\w+ ){{1,2}})({'|'.join(_VERBS)})\b")
_COUNTED = re.compile(rf"^( (?:(?:[a-z]+-[a-z]+|concurrent) )?)({'|'.join(_SINGULAR)})\b( (?:{'|'.join(_VERBS)})\b)?")

# Once or never instead of "1 times" and "0 times"; a ratio of one is as much.
_ONE_TIMES = (
    (re.compile(r"^ times as (much|many)\b"), r"as \1"),
    (re.compile(r"^ times as (\w+) as\b"), r"as \1 as"),
    (re.compile(r"^ times as (\w+)"), r"just as \1"),
    (re.compile(r"^ times (\w*er|less|more)\b"), r"no \1"),
    (re.compile(r"^ times (the|its|that|what)\b"), r"\1"),
    (re.compile(r"^ times\b"), "once"),
)
_NO_TIMES = re.compile(r"^ times\b")


def agree(number: str, words: str) -> str:
    """The number as shown and the words after it, in the singular where it is 1: noun, verb, and `times`."""
    if number == "0" and _NO_TIMES.match(words):
        return _NO_TIMES.sub("never", words)
    if number != "1":
        return number + words
    for pattern, instead in _ONE_TIMES:
        if pattern.match(words):
            return pattern.sub(instead, words)
    if found := _OF_MANY.match(words):
        return f"{number}{found[1]}{_VERBS[found[2]]}{words[found.end() :]}"
    return number + _COUNTED.sub(_in_singular, words)


def _in_singular(match: re.Match[str]) -> str:
    verb = f" {_VERBS[match[3].strip()]}" if match[3] else ""
    return f"{match[1]}{_SINGULAR[match[2]]}{verb}"
