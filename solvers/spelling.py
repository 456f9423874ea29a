"""The spellings of quantities that people use, reduced to a number and a unit the registry knows.

`$30k`, `70B parameters`, `13 TBps`, `1,000`, `0,5`, `7.2×10²³ FLOPs`, `12 ct/kWh`, `$2.19 per GPU-hour`, `800 mm2`.
"""

from __future__ import annotations

import re

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−₂\u00a0\u2009\u202f", "0123456789-+-2   ")
# Grouped by thousands (1,000, 1 000, 1'000), or plain, with a decimal point or comma; then a power of ten.
_NUMBER = re.compile(
    r"""
    (?P<sign>[+-]?)\s*(?P<currency>(?:US)?\$\s*)?
    (?:(?P<grouped>[1-9]\d{0,2}(?:[, ']\d{3})+(?!\d)(?:\.\d+)?)|(?P<plain>\d[\d_]*(?:[.,]\d+|\.)?|[.,]\d+))
    (?:[eE](?P<exponent>[+-]?\d+)|\s*[×x*·]\s*10\^?(?P<power>[+-]?\d+))?
    """,
    re.VERBOSE,
)
# Powers of ten: multiplied as such, 8.03B is 8030000000 and not the float before it.
_SCALES = {
    "k": 3,
    "K": 3,
    "thousand": 3,
    "M": 6,
    "million": 6,
    "B": 9,
    "bn": 9,
    "billion": 9,
    "T": 12,
    "trillion": 12,
}
_SCALE = re.compile(rf"\s*({'|'.join(_SCALES)})(?![A-Za-z0-9_])")

# Each spelling of a unit and what the registry calls it, applied in this order.
_UNITS = (
    (re.compile(r"^\s*×$"), "times"),
    (re.compile(r"\s+per\s+"), "/"),
    (re.compile(r"\s*/\s*"), "/"),
    (re.compile(r"(?<![A-Za-z])(?:US)?\$|\bUS dollars?\b"), "USD"),
    (re.compile(r"\b(?:GPU|TPU|accelerator|device|chip|machine)[- ](?=(?:h|hours?|days?|years?)\b)"), ""),
    (re.compile(r"\b([kMµu]?g|t|tonnes?)[ ]?CO2(?:e|eq)?\b"), r"\1"),
    (re.compile(r"\b([cmkµu]?m)\^?([23])\b"), r"\1**\2"),
)

_LONGEST_RANGE = 120
# A number, perhaps its unit, what stands between the parts of a range, and a second number.
_RANGE = re.compile(r"\s*\S+?(?:\s*[^\d\s.]\S*)?\s*(?:\.\.|…|±|\+/?[-−]|\bto\b)\s*\d.*")


def split_quantity(text: str, bytes_wanted: bool = False) -> tuple[float, str] | None:
    """The number `text` begins with and the unit that follows, as the registry spells it; the unit of `$30k` is `USD`.
    None where it begins with no number. `bytes_wanted`: a B alone is a byte, not a billion. The number may be
    infinite."""
    plain = text.translate(_SUPERSCRIPTS) if not text.isascii() else text
    match = _NUMBER.match(plain.strip())
    if not match:
        return None
    rest, power = plain.strip()[match.end() :], 0
    scale = _SCALE.match(rest)
    if scale and not (scale[1] == "B" and bytes_wanted):
        power, rest = _SCALES[scale[1]], rest[scale.end() :]
    value = _value(match, power)
    for spelling, known in _UNITS:
        rest = spelling.sub(known, rest)
    rest = rest.strip()
    if match["currency"]:
        rest = rest if rest.startswith("USD") else f"USD{rest}"
    return value, rest


def is_range(text: str) -> bool:
    """Return whether a text that begins with a number goes on to a second one, as `8..32` and `3 TB/s ± 10 %` do. A
    text of more than 120 characters is none, as the time of the search grows with the square of its length."""
    return len(text) <= _LONGEST_RANGE and _RANGE.fullmatch(text) is not None


def names_no_unit(text: str, bytes_wanted: bool = False) -> bool:
    """Return whether `text` is a number alone, such as `30`, `1,000`, `70B`: the unit beside its field is meant."""
    split = split_quantity(text, bytes_wanted)
    return split is not None and not split[1]


def _value(match: re.Match[str], power: int) -> float:
    """Return the number of a match times ten to the `power`, rounded once."""
    if match["grouped"]:
        digits = re.sub(r"[, ']", "", match["grouped"])
    else:
        digits = match["plain"].replace("_", "").replace(",", ".")
    exponent = match["exponent"] or match["power"] or "0"
    if len(exponent) < 6:  # a longer one is zero or infinite with any scale
        exponent = str(int(exponent) + power)
    return float(f"{match['sign']}{digits}e{exponent}")
