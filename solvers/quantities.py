"""Unit conversion of input and output: text with a unit to SI and back. The only module that imports pint.

The registry is defined here instead of taken from pint's defaults: it has the units of ML systems only, so that a
typing error (`h` for Planck's constant, `c` for the speed of light) is rejected.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

import pint

from .errors import InputError
from .spelling import split_quantity

_DEFINITIONS = """
yotta- = 1e24 = Y-; zetta- = 1e21 = Z-; exa- = 1e18 = E-; peta- = 1e15 = P-; tera- = 1e12 = T-; giga- = 1e9 = G-
mega- = 1e6 = M-; kilo- = 1e3 = k-; milli- = 1e-3 = m-; micro- = 1e-6 = µ- = μ- = u-; nano- = 1e-9 = n-
pico- = 1e-12 = p-; kibi- = 2**10 = Ki-; mebi- = 2**20 = Mi-; gibi- = 2**30 = Gi-; tebi- = 2**40 = Ti-
second = [time] = s = sec = secs = seconds; meter = [length] = m; gram = [mass] = g = gCO2e = gCO2
flop = [computation] = FLOP = op = OP = Flop = FLOPs; byte = [information] = B = bytes
USD = [money] = dollar = dollars; cent = 0.01 * USD = ct = cents; count = []; percent = 0.01 = %
param = 1 = parameter = params = parameters; token = 1 = tok = tokens; sample = 1 = samples; image = 1 = images
request = 1 = requests = req = reqs; query = 1 = queries; inference = 1 = inferences; job = 1 = jobs; step = 1 = steps
device = 1 = devices = GPU = GPUs; bit = byte / 8 = b = bits; minute = 60 * second = min = minutes = mins
hour = 3600 * second = h = hr = hours = hrs; day = 86400 * second = d = days; week = 7 * day = weeks
year = 365 * day = yr = a = years = yrs; month = 30 * day = mo = months
newton = kilogram * meter / second ** 2 = N; joule = newton * meter = J; watt = joule / second = W
watt_hour = watt * hour = Wh; tonne = 1000 * kilogram = t = tonnes
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
    if _NOT_FINITE.fullmatch(text) or (split and not math.isfinite(split[0])):
        raise InputError(field, f"needs a finite number; '{_short(text)}' is none.")
    if split is None:
        raise InputError(field, f"needs a number{_such_as(unit)}; '{_short(text)}' is none.")
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
            field, f"has a unit nobody knows, '{_short(given_unit)}'; write it{_such_as(unit) or f' in {unit}'}."
        ) from None


def _names_operations(unit: str) -> bool:
    """Whether it is FLOPs, FLOPS or OPS with a prefix, which people write for work and for rates."""
    return re.fullmatch(r"[kMGTPEZY]?(FLOPs|FLOPS|flops|OPS|op)", unit) is not None


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
    "1": "0.5",
    "L/J": "1.8 L/kWh",
    "USD/hour": "$2.50/h",
    "m**2": "814 mm2",
}


# Display units, smallest first; the largest that gives a value of at least 1 is used.
_LADDERS: dict[str, tuple[str, ...]] = {
    "s": ("ns", "us", "ms", "s", "min", "hour", "day", "year"),
    "byte": ("byte", "kB", "MB", "GB", "TB", "PB", "EB"),
    "byte/s": ("byte/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s"),
    "flop": ("FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP", "YFLOP"),
    "flop/s": ("FLOP/s", "kFLOP/s", "MFLOP/s", "GFLOP/s", "TFLOP/s", "PFLOP/s", "EFLOP/s"),
    "W": ("nW", "uW", "mW", "W", "kW", "MW", "GW"),
    "J": ("nJ", "uJ", "mJ", "J", "kJ", "kWh", "MWh", "GWh"),
    "USD": ("USD", "kUSD", "MUSD", "GUSD"),
    "kg": ("ug", "mg", "g", "kg", "t", "kt", "Mt"),
    "param": ("param", "kparam", "Mparam", "Gparam", "Tparam"),
    "token": ("token", "Gtoken", "Ttoken"),
    "L": ("mL", "L", "m**3"),
}
_PRINTED = {
    "flop/byte": "FLOP/B",
    "byte": "B",
    "byte/s": "B/s",
    "hour": "h",
    "day": "d",
    "1/s": "/s",
    "1/day": "/day",
    "m**3": "m³",
    "percent": "%",
    "1": "",
}


@lru_cache(64)
def _ladder(unit: str, shown: str) -> tuple[tuple[float, str], ...]:
    return tuple((conversion_factor(name, unit), unit_label(name)) for name in _steps(unit, shown))


def _steps(unit: str, shown: str) -> tuple[str, ...]:
    """Return the display units for a value: those of its unit's ladder, or only `shown` where that is not on the
    ladder."""
    ladder = _LADDERS.get(shown if unit == "1" else unit, ())
    return ladder if shown in (unit, *ladder) and ladder else (shown,)


def unit_label(unit: str) -> str:
    """Return the symbol of a unit as shown: µs, B/s, %."""
    return _PRINTED.get(unit, "µ" + unit[1:] if unit in ("us", "uW", "uJ", "ug") else unit)


def format_quantity(value: float, unit: str, shown: str = "", digits: int = 3) -> str:
    """Return a value with the unit that suits its size: 0.0048 s is `4.8 ms`. Infinite and unknown values are words."""
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    steps = _ladder(unit, shown or unit)
    size, name = next((step for step in reversed(steps) if abs(value) >= step[0] * 0.9995), steps[0])
    if value == 0:
        name = unit_label(shown or unit)
    gap = "" if name in ("", "%") or name.startswith("/") else " "
    return f"{format_number(value / size, digits)}{gap}{name}"


def unit_for(value: float, unit: str) -> str:
    """The unit that `format_quantity` shows a value of this unit in: `kWh` for 3.6e6 J."""
    names = _LADDERS.get(unit, (unit,))
    return next((name for name in reversed(names) if abs(value) >= conversion_factor(name, unit) * 0.9995), unit)


def format_number(value: float, digits: int = 3) -> str:
    """Return a number to three significant digits without trailing zeros, grouped by thousands, as a power of ten if
    huge."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 10 ** max(digits, 7) or size < 1e-4:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{float(mantissa):g}·10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    if size >= 10 ** (digits - 1):
        return f"{value:,.0f}".replace(",", "\u202f")
    places = digits - 1 - math.floor(math.log10(size))
    return f"{value:.{places}f}".rstrip("0").rstrip(".")


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def to_input_text(value: float, unit: str, shown: str = "", digits: int = 12) -> str:
    """Return a value as text for an input field, to `digits` digits: `10 us`, `3.35 TB/s`, `0.5`."""
    if unit == "1" and shown in ("", "1", "param", "token", "sample"):
        return str(int(value)) if value == round(value) and abs(value) < 1e15 else f"{value:.{digits}g}"
    steps = [(conversion_factor(name, unit), name) for name in _steps(unit, shown or unit)]
    name = next((name for size, name in reversed(steps) if abs(value) >= size), shown or unit)
    return f"{convert(value, unit, name):.{digits}g} {name}"
