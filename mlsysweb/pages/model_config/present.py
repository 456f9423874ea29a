"""Presenter of a config's reading: tables of strings, and the values of the form it is saved with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from solvers.model_config import ConfigReading, KvLaw
from solvers.model_config.draft import KEPT_BYTES
from solvers.model_config.keys import ConfigField
from solvers.quantities import format_quantity
from solvers.shipped.names import slug_from_name
from solvers.specs import Model, columns

from .page import ConfigResult, ConfigRow

_LENGTHS = (1_024, 8_192, 32_768, 131_072, 1_048_576)
_WORDS = {"qk_rope_head_dim": "Rotary dimension", "state_size": "State size"}
_KINDS = {
    "dense_transformer": "dense transformer",
    "moe_transformer": "mixture of experts",
    "encoder_decoder_transformer": "encoder-decoder transformer",
    "ssm": "state-space model",
    "hybrid": "hybrid of attention and state space",
}
# A link of more characters is cut by some servers.
_LONGEST_NOTE = 1_200


def config_result(reading: ConfigReading, name: str, stated: float | None, save: str, remark: str = "") -> ConfigResult:
    """Return the result of a reading. `stated` is a number of parameters to compare with; `save` is the address of the
    form, empty for those who may not add models; `remark` is a sentence on the comparison."""
    return ConfigResult(
        title=name or reading.model_type,
        summary=" ".join(_summary(reading, stated)),
        notes=(*((remark,) if remark else ()), *reading.notes),
        figures=tuple(_figures(reading)),
        law=_law(reading.law),
        kept=tuple(_kept(reading)),
        recognised=_fields(reading.recognised),
        assumed=_fields(reading.assumed),
        unknown=reading.unknown,
        save=save,
    )


def saved_values(reading: ConfigReading, name: str, date: str, source: str = "", url: str = "") -> Mapping[str, str]:
    """Return the values of the form that adds the model to the catalog, by field. `date` is today's month; `source` and
    `url` say where the config is from, where that is known."""
    assumed = "; ".join(f"{field.name} {field.value}" for field in reading.assumed)
    note = " ".join(("Parameters and KV cache computed from config.json.", *reading.notes))
    note = f"{note} Assumed: {assumed}." if assumed else note
    figures = {column: f"{value:.15g}" for column, value in reading.figures.items() if value is not None}
    return {
        "name": name[:100],
        "slug": slug_from_name(name),
        "family": reading.family[:40],
        "task": reading.task,
        "architecture": reading.architecture,
        "source": (source or f"config.json of {name or reading.model_type}")[:200],
        **({"source_url": url} if url else {}),
        "source_date": date,
        "note": note[:_LONGEST_NOTE],
        **figures,
    }


def _summary(reading: ConfigReading, stated: float | None) -> Iterator[str]:
    kind = _KINDS.get(reading.architecture, reading.architecture)
    yield f"{reading.family}, {kind}."
    if reading.parameters is None or reading.active_parameters is None:
        yield "Parameters unknown."
        return
    active = "" if reading.active_parameters == reading.parameters else f", {_short(reading.active_parameters)} active"
    yield f"{_short(reading.parameters)} parameters{active}."
    if stated:
        off = reading.parameters / stated - 1
        than = "more" if off > 0 else "less"
        words = "as stated" if abs(off) < 5e-5 else f"{abs(off) * 100:.2g} % {than} than stated"
        yield f"That is {words} ({_short(stated)})."


def _figures(reading: ConfigReading) -> Iterator[ConfigRow]:
    labels = {name: io.label for name, io in columns(Model).items()} | _WORDS
    for name, value in reading.figures.items():
        if value is not None:
            exact = f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"
            short = f"{_short(value)} ({exact})" if value >= 1e6 else exact
            yield ConfigRow(labels.get(name, name), short)


def _law(law: KvLaw | None) -> str:
    if law is None:
        return ""
    terms = [f"{_bytes(law.full)} × s"] if law.full else []
    terms += [f"{_bytes(law.windowed)} × min(s, {law.window:,})"] if law.windowed else []
    terms += [_bytes(law.fixed)] if law.fixed else []
    return f"KV(s) = {' + '.join(terms)}" if terms else ""


def _kept(reading: ConfigReading) -> Iterator[ConfigRow]:
    context = reading.figures.get("context_length")
    for tokens in _LENGTHS:
        if reading.law is not None and _law(reading.law) and (not context or tokens <= context):
            yield ConfigRow(f"{tokens:,} tokens", _bytes(reading.law.elements(tokens)))


def _fields(fields: Iterable[ConfigField]) -> tuple[ConfigRow, ...]:
    return tuple(ConfigRow(field.name, field.value, field.meaning) for field in fields)


def _bytes(elements: float) -> str:
    return format_quantity(elements * KEPT_BYTES, "byte")


def _short(count: float) -> str:
    return format_quantity(count, "1", "param", digits=4).removesuffix(" parameters")
