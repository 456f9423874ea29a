"""Unit conversion of input and output: text with a unit to SI and back. The only module that imports pint.

The registry is defined here instead of taken from pint's defaults: it has the units of ML systems only, so that a
typing error (`h` for Planck's constant, `c` for the speed of light) is rejected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import pint

from .errors import InputError
from .numerals import MINUS, NO_BREAK_SPACE, format_cents, format_number, format_percent, format_rounded
from .spelling import is_range, split_quantity

_DEFINITIONS = """
yotta- = 1e24 = Y-; zetta- = 1e21 = Z-; exa- = 1e18 = E-; peta- = 1e15 = P-; tera- = 1e12 = T-; giga- = 1e9 = G-
mega- = 1e6 = M-; kilo- = 1e3 = k-; milli- = 1e-3 = m-; micro- = 1e-6 = µ- = μ- = u-; nano- = 1e-9 = n-
pico- = 1e-12 = p-; kibi- = 2**10 = Ki-; mebi- = 2**20 = Mi-; gibi- = 2**30 = Gi-; tebi- = 2**40 = Ti-
second = [time] = s = sec = secs = seconds; meter = [length] = m; gram = [mass] = g = gCO2e = gCO2
flop = [computation] = FLOP = op = OP = Flop = FLOPs; byte = [information] = B = bytes
USD = [money] = dollar = dollars; cent = 0.01 * USD = ct = cents; count = []; percent = 0.01 = %; times = 1
param = 1 = parameter = params = parameters; token = 1 = tok = tokens; sample = 1 = samples; image = 1 = images
request = 1 = requests = req = reqs; query = 1 = queries; inference = 1 = inferences; job = 1 = jobs; step = 1 = steps
device = 1 = devices = GPU = GPUs; bit = byte / 8 = b = bits; minute = 60 * second = min = minutes = mins
hour = 3600 * second = h = hr = hours = hrs; day = 86400 * second = d = days; week = 7 * day = weeks
year = 365 * day = yr = a = years = yrs; month = 30 * day = mo = months
newton = kilogram * meter / second ** 2 = N; joule = newton * meter = J; watt = joule / second = W
watt_hour = watt * hour = Wh; tonne = 1000 * kilogram = t = tonnes
pound = 0.45359237 * kilogram = lb = lbs; centimeter = 0.01 * meter = cm
liter = 0.001 * meter ** 3 = L = l = litre = liters = litres
hertz = 1 / second = Hz; FLOPS = flop / second = flops = OPS
bps = bit / second; Bps = byte / second
ampere = [current] = A; volt = watt / ampere = V; amp_hour = ampere * hour = Ah
qps = 1 / second = rps
"""


def _registry() -> pint.UnitRegistry[float]:
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(None)
    for line in _DEFINITIONS.strip().splitlines():
        for definition in line.split(";"):
            registry.define(definition.strip())
    return registry


_units = _registry()

_NOT_FINITE = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\b.*", re.I)
_POWER = r"(?:\^-?\d|\*\*-?\d|[²³])?"
_UNIT = re.compile(rf"[A-Za-zµμ%$][A-Za-z0-9µμ%$_]*{_POWER}(?:\s*[*/·]\s*[A-Za-z1µμ%$][A-Za-z0-9µμ%$_]*{_POWER})*")
_KINDS = {
    "1": "a plain number",
    "s": "a time",
    "byte": "an amount of data",
    "byte/s": "a bandwidth",
    "flop": "an amount of work",
    "flop/s": "a rate of arithmetic",
    "W": "a power",
    "J": "an energy",
    "USD": "money",
    "USD/s": "money per time",
    "USD/J": "a price of energy",
    "kg": "a mass",
    "kg/J": "a carbon intensity",
    "m": "a length",
    "m**2": "an area",
    "L": "a volume",
    "m**3": "a volume",
    "L/J": "water per energy",
    "1/s": "a rate",
    "W/m**2": "a power density",
    "A": "a current",
}


@lru_cache(1024)
def conversion_factor(unit: str, to: str) -> float:
    """Return how many `to` one `unit` is. Raise pint's errors, as both are constants of the code."""
    return _converted(_parsed(unit), _parsed(to))


def _converted(unit: pint.Unit, to: pint.Unit) -> float:
    # Rounded to fifteen digits: a prefix is a power of ten, and 10 us must be 1e-05, not 9.999999999999999e-06.
    return float(f"{_units.Quantity(1.0, unit).to(to).magnitude:.15g}")


def convert(value: float, unit: str, to: str) -> float:
    """Return `value` of `unit` in `to`, divided rather than multiplied where that is exact."""
    up = conversion_factor(unit, to)
    return value * up if up >= 1 else value / conversion_factor(to, unit)


@lru_cache(1024)
def _parsed(unit: str) -> pint.Unit:
    text = unit.replace("²", "**2").replace("³", "**3").replace("·", "*").replace("^", "**")
    text = text.replace("$", "USD")  # Python's tokenizer, which pint uses, rejects the dollar sign
    # pint parses 1/s as a quantity; the unit is s to the power of -1.
    return _units.Unit(f"({text[2:]})**-1" if text.startswith("1/") else "" if text == "1" else text)


@lru_cache(4096)
def to_si(field: str, text: str, unit: str) -> float:
    """The SI value of the text typed into `field`. A bare number is in `unit` already. Raises InputError."""
    split = split_quantity(text, bytes_wanted="byte" in unit)
    if split and is_range(text):
        raise InputError(
            field, f"needs one value{_such_as(unit)}; '{_short(text)}' is a range. Uncertainty takes ranges."
        )
    if _NOT_FINITE.fullmatch(text) or (split and not math.isfinite(split[0])):
        raise InputError(field, f"needs a finite number; '{_short(text)}' is not one.")
    # A letter may stand for a digit: "25,00O" of dollars is split into a number and USDO, "1O0" into 1 and O0.
    if split is None or re.fullmatch(r"(USD[OoIl]|[Oo])\d*", split[1]):
        raise InputError(field, f"needs a number{_such_as(unit)}; '{_short(text)}' is not one.")
    value, given_unit = split
    si = _converted_from(field, text, value, given_unit, unit) if given_unit else value
    if not math.isfinite(si):
        raise InputError(field, f"needs a finite number; '{_short(text)}' is too large to be one.")
    return si


def _converted_from(field: str, text: str, value: float, given_unit: str, unit: str) -> float:
    """Return `value` in `unit`, after checking that the typed unit exists and has the right dimension."""
    per = "1/" + given_unit.lstrip("1/") if given_unit.startswith(("/", "1/")) else given_unit
    if len(per) > 40 or not _UNIT.fullmatch(per.removeprefix("1/")):
        raise InputError(
            field, f"has a unit that can't be read in '{_short(text)}'; write it{_such_as(unit) or f' in {unit}'}."
        )
    wanted = _parsed(unit)  # outside the try: if our own unit is invalid, it is no input error
    try:
        parsed = _parsed(per)
        return convert(value, per, unit)
    except pint.DimensionalityError:
        if _names_operations(per) and unit in ("flop", "flop/s"):  # a data sheet's TFLOPs are TFLOP/s
            return convert(value, *((f"{per}/s", unit) if unit == "flop/s" else (per, "flop/s")))
        raise InputError(field, f"needs {_kind(wanted)} ({unit}); '{_short(text)}' is {_kind(parsed)}.") from None
    except Exception:  # pint passes on what Python's tokenizer and arithmetic raise, and its own assertions
        raise InputError(
            field, f"has an unknown unit, '{_short(given_unit)}'; write it{_such_as(unit) or f' in {unit}'}."
        ) from None


def _names_operations(unit: str) -> bool:
    """Whether it is FLOPs, FLOPS or OPS with a prefix, which people write for work and for rates."""
    return re.fullmatch(r"[kMGTPEZY]?(FLOPs|FLOPS|flops|Flops|OPS|OPs|ops|op)", unit) is not None


def _kind(unit: pint.Unit) -> str:
    for known, words in _KINDS.items():
        if _parsed(known).dimensionality == unit.dimensionality:
            return words
    return f"in {unit:~C}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"


def _such_as(unit: str) -> str:
    return f" such as '{_EXAMPLES[unit]}'" if unit in _EXAMPLES else ""


_EXAMPLES = {
    "s": "10 ms",
    "byte": "80 GB",
    "byte/s": "3.35 TB/s",
    "flop": "1e21 FLOPs",
    "flop/s": "989 TFLOP/s",
    "W": "700 W",
    "J": "3 kWh",
    "USD": "$30,000",
    "USD/s": "$2.50/h",
    "USD/J": "$0.12/kWh",
    "kg": "150 kg",
    "kg/J": "390 g/kWh",
    "1/s": "10/s",
    "1": "8",
    "L/J": "1.8 L/kWh",
    "USD/hour": "$2.50/h",
    "m**2": "814 mm2",
}


# Display units, smallest first, each with the SI value from which it is used; a value below all of them has the first.
_LADDERS: dict[str, tuple[tuple[float, str], ...]] = {
    "s": (
        (0, "ns"),
        (1e-6, "us"),
        (1e-3, "ms"),
        (1, "s"),
        (60, "min"),
        (3600, "hour"),
        (86400, "day"),
        (31536e3, "year"),
    ),
    "byte": tuple((1e3**n, name) for n, name in enumerate(("byte", "kB", "MB", "GB", "TB", "PB", "EB"))),
    "GiB": tuple((1024.0**n, name) for n, name in enumerate(("byte", "KiB", "MiB", "GiB", "TiB"))),
    "byte/s": tuple((1e3**n, f"{name}/s") for n, name in enumerate(("byte", "kB", "MB", "GB", "TB", "PB"))),
    # A large amount of work is written as a power of ten, as papers do.
    "flop": (*((1e3**n, f"{prefix}FLOP") for n, prefix in enumerate(("", "k", "M", "G", "T", "P"))), (1e18, "FLOP")),
    "flop/s": tuple((1e3**n, f"{prefix}FLOP/s") for n, prefix in enumerate(("", "k", "M", "G", "T", "P", "E"))),
    "W": tuple((1e3 ** (n - 3), name) for n, name in enumerate(("nW", "uW", "mW", "W", "kW", "MW", "GW"))),
    "J": (
        *((0, "nJ"), (1e-6, "uJ"), (1e-3, "mJ"), (1, "J"), (1e3, "Wh")),
        *((3.6e6, "kWh"), (3.6e9, "MWh"), (3.6e12, "GWh"), (3.6e15, "TWh")),
    ),
    "kg": ((0, "ug"), (1e-6, "mg"), (1e-3, "g"), (1, "kg"), (1e3, "t"), (1e6, "kt"), (1e9, "Mt")),
    "L": ((0, "mL"), (1, "L"), (1e3, "m**3")),
}
# Amounts whose unit takes no prefix are written in thousands, millions and so on: from which number, in what, after it.
_MONEY = ((1e3, 1e3, "k"), (1e6, 1e6, "M"), (1e9, 1e9, "B"), (1e12, 1e12, "T"))
COUNTED = ((1e6, 1e6, "M"), (1e9, 1e9, "B"), (1e12, 1e12, "T"))
_RATES = ((1e5, 1e3, "k"), *COUNTED)
_PLAIN = ((1e7, 1e6, " million"), (1e9, 1e9, " billion"), (1e12, 1e12, " trillion"))
_PRINTED = {
    "1": "",
    "times": "×",
    "percent": "%",
    "byte": "B",
    "byte/s": "B/s",
    "flop/byte": "FLOP/byte",
    "flop": "FLOPs",
    "flop/s": "FLOP/s",
    "hour": "h",
    "day": "days",
    "year": "years",
    "param": "parameters",
    "token": "tokens",
    "1/s": "/s",
    "1/day": "/day",
    "m**3": "m³",
    "m**2": "m²",
    "mm**2": "mm²",
    "W/m**2": "W/m²",
    "g/kWh": "gCO₂e/kWh",
    "USD/hour": "$/h",
}
_SINGULAR = {"days": "day", "years": "year", "parameters": "parameter", "tokens": "token"}


@dataclass(frozen=True)
class DisplayUnit:
    """How numbers of about one size are written: `prefix`, the number of units of `size` (in SI), `suffix`. The prefix
    is `$` or empty; the suffix begins with the space before the unit, if there is one: `k`, ` ms`, `B parameters`,
    ` tokens/s`. `kind` says how the number between them is rounded."""

    size: float
    prefix: str
    suffix: str
    kind: str

    def write(self, value: float, digits: int = 3) -> str:
        """Return a finite SI value in this unit: `$404k`, `4.8 ms`, `1 day`."""
        scaled, suffix = value / self.size, self.suffix
        sign, size = (MINUS, -scaled) if scaled < 0 and self.prefix else ("", scaled)
        # A time below a thousandth of a nanosecond is shorter than any event modeled.
        number = "<0.001" if suffix == " ns" and 0 < scaled < 1e-3 else _WRITERS[self.kind](size, digits)
        if number == "1":
            suffix = next(
                (suffix.removesuffix(many) + one for many, one in _SINGULAR.items() if suffix.endswith(many)), suffix
            )
        return f"{sign}{self.prefix}{number}{suffix}"


_WRITERS: dict[str, Callable[[float, int], str]] = {
    "money": format_cents,
    "percent": format_percent,
    "count": format_number,
    "rounded": format_rounded,
}


@lru_cache(256)
def display_units(unit: str, shown: str) -> tuple[tuple[float, DisplayUnit], ...]:
    """Return the units that values are shown in, largest first, each with the SI value from which it is used."""
    size = conversion_factor(shown, unit)
    if shown == "percent":
        # Beyond twice the whole a share is a multiple: 5.6×, not 560 %.
        return ((2, DisplayUnit(1, "", "×", "rounded")), (0, DisplayUnit(size, "", f"{NO_BREAK_SPACE}%", "percent")))
    if unit.startswith("USD"):
        per = unit_label(shown).removeprefix("$")
        return _in_thousands(size, "$", per, "money", _MONEY)
    if unit == "1" and shown not in ("1", "times"):
        return _in_thousands(size, "", f" {unit_label(shown)}", "count", COUNTED)
    if unit == "1":
        return _in_thousands(size, "", unit_label(shown), "count", _PLAIN)
    if unit == "1/s":
        return _in_thousands(size, "", _after(unit_label(shown)), "rounded", _RATES)
    # Work is counted: 447 TFLOPs.
    steps = (
        (start, conversion_factor(name, unit), f"{name}s" if name.endswith("FLOP") else unit_label(name))
        for start, name in _steps(unit, shown)
    )
    return tuple((start, DisplayUnit(each, "", _after(label), "rounded")) for start, each, label in steps)[::-1]


def _in_thousands(
    size: float, prefix: str, suffix: str, kind: str, scales: tuple[tuple[float, float, str], ...]
) -> tuple[tuple[float, DisplayUnit], ...]:
    """Return the display units of what is written in thousands, millions and so on, largest first."""
    scaled = (
        (start * size, DisplayUnit(scale * size, prefix, f"{word}{suffix}", "rounded")) for start, scale, word in scales
    )
    return (*reversed(tuple(scaled)), (0, DisplayUnit(size, prefix, suffix, kind)))


def _steps(unit: str, shown: str) -> tuple[tuple[float, str], ...]:
    """Return the ladder of a unit; only `shown` where that is not on it."""
    ladder = _LADDERS.get(shown if shown == "GiB" else unit, ())
    return ladder if shown in (unit, *(name for _, name in ladder)) and ladder else ((0, shown),)


def _after(label: str) -> str:
    return label if label.startswith("/") else f" {label}"


def with_unit(number: str, unit: str) -> str:
    """Return a number that is written already, with its unit: `30 days`, `$60,000`, `$0.10/kWh`, `45 %`, `20/s`."""
    label = _SINGULAR.get(unit_label(unit), unit_label(unit)) if number == "1" else unit_label(unit)
    if label.startswith("$"):
        sign, size = (MINUS, number[1:]) if number.startswith(("-", MINUS)) else ("", number)
        return f"{sign}${size}{label[1:]}"
    gap = "" if not label or label == "×" or label.startswith("/") else NO_BREAK_SPACE if label == "%" else " "
    return f"{number}{gap}{label}"


def unit_label(unit: str) -> str:
    """Return the symbol of a unit as shown: µs, B/s, %, $/kWh, tokens/s."""
    if unit in _PRINTED:
        return _PRINTED[unit]
    return "µ" + unit[1:] if unit in ("us", "uW", "uJ", "ug") else unit.replace("USD", "$")


def display_unit(value: float, unit: str, shown: str = "") -> DisplayUnit:
    """Return the unit in which `format_quantity` shows a finite value of this size. For an axis: that of its largest
    value, for every tick."""
    steps = display_units(unit, shown or unit)
    if value == 0:  # none of something is so much of the unit that it is declared in
        return next((each for _, each in steps if each.size == conversion_factor(shown or unit, unit)), steps[-1][1])
    return next((each for start, each in steps if abs(value) >= start * 0.9995), steps[-1][1])


@lru_cache(8192)  # a page says a figure in several places, and the next update says most of them again
def format_quantity(value: float, unit: str, shown: str = "", digits: int = 3) -> str:
    """Return a value with the unit that suits its size: 0.0048 s is `4.8 ms`, 404e3 USD `$404k`. Infinite and unknown
    values are words."""
    if not math.isfinite(value):
        return "unknown" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    # The capacity of a memory is written as on its data sheet, with the amount of data that fits: 80 GiB (85.9 GB). One
    # that is no whole number of KiB, MiB or GiB is decimal on its data sheet, too.
    if shown == "GiB" and value >= 1024 and value % display_unit(value, unit, shown).size == 0:
        return f"{display_unit(value, unit, shown).write(value, 4)} ({format_quantity(value, unit, 'GB', digits)})"
    return display_unit(value, unit, "GB" if shown == "GiB" else shown).write(value, digits)


def unit_for(value: float, unit: str) -> str:
    """The unit that `format_quantity` shows a value of this unit in: `kWh` for 3.6e6 J."""
    steps = _steps(unit, unit)
    return (
        next((name for start, name in reversed(steps) if abs(value) >= start * 0.9995), steps[0][1]) if value else unit
    )


def to_input_text(value: float, unit: str, shown: str = "", digits: int = 12) -> str:
    """Return a value as text for a link or a command, to `digits` digits: `10 us`, `3.35 TB/s`, `25000 USD`, `0.5`."""
    if unit == "1" and shown in ("", "1", "times", "param", "token", "sample"):
        return str(int(value)) if value == round(value) and abs(value) < 1e15 else f"{value:.{digits}g}"
    steps = _steps(unit, shown or unit)
    name = next((name for start, name in reversed(steps) if abs(value) >= start > 0), shown or unit)
    return f"{convert(value, unit, name):.{digits}g} {name}"
