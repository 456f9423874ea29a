"""Template filters for lists that every update repeats: all rows at once, in a tenth of the time that a template
takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from html import escape
from itertools import islice
from typing import Protocol

from django.template import Library
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from mlsysweb.show.measurements.page import MeasuredRow
from mlsysweb.show.results.page import Card, FigureOrigin, Link, WorkingStep
from mlsysweb.show.term_filter import terms
from mlsysweb.show.unit_filter import units

register = Library()

# ASCII's separator of units, which no text has; one that has it is converted alone.
_SEPARATOR = "\x1f"


class NamedOption(Protocol):
    """An option of a select: the value sent, its words, and the present answer beside them, empty for none."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def value(self) -> str: ...


class HeadedRow(Protocol):
    """A row of a table with a heading, which may be a link, before its other cells."""

    @property
    def head(self) -> Link: ...
    @property
    def cells(self) -> tuple[str, ...]: ...


@register.filter
def table_rows(rows: Iterable[Iterable[str]]) -> SafeString:
    """Return rows of text as `tr` elements."""
    told = ("</td><td>".join(cells) for cells in _escaped([tuple(row) for row in rows]))
    return mark_safe("\n".join(f"<tr><td>{cells}</td></tr>" for cells in told))


@register.filter
def header_cells(columns: Iterable[str]) -> SafeString:
    """Return the names of columns as `th` elements."""
    return mark_safe("".join(f'<th scope="col">{escape(column)}</th>' for column in columns))


@register.filter
def option_elements(options: Iterable[NamedOption]) -> SafeString:
    """Return options as `option` elements: `MFU, now 42 %`."""
    return mark_safe("".join(_option(each.name, each.label, each.value) for each in options))


@lru_cache(maxsize=4096)  # most have no value, and are the same in every update
def _option(name: str, label: str, value: str) -> str:
    now = f", now {escape(value)}" if value else ""
    return f'<option value="{escape(name)}">{escape(label)}{now}</option>'


def _escaped(table: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the cells of a table as HTML, converted in one text: the functions cost more per call than per letter."""
    cells = [cell for row in table for cell in row]
    told = escape(units(_SEPARATOR.join(cells))).split(_SEPARATOR)
    if len(told) != len(cells):  # no cells, or one with the separator in it
        told = [escape(units(cell)) for cell in cells]
    each = iter(told)
    return [list(islice(each, len(row))) for row in table]


@register.filter
def headed_rows(rows: Iterable[HeadedRow]) -> SafeString:
    """Return rows as `tr` elements, each with its heading first."""
    table = list(rows)
    return mark_safe(
        "\n".join(
            f'<tr><th scope="row">{_link(row.head)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
            for row, cells in zip(table, _escaped([row.cells for row in table]), strict=True)
        )
    )


def _link(link: Link) -> str:
    words = escape(link.words)
    return f'<a href="{escape(link.url)}">{words}</a>' if link.url else words


@register.filter
def headline_cards(cards: Iterable[Card]) -> SafeString:
    """Return the headline figures as groups of a `dl`: label, value and the interval of measurements."""
    return mark_safe("\n".join(_headline_card(card, escape(units(card.value))) for card in cards))


@register.filter
def traced_headline_cards(cards: Iterable[Card]) -> SafeString:
    """Return the same, each value with a link to its equation or to the figure of the catalog that it repeats."""
    return mark_safe("\n".join(_headline_card(card, _traced(card)) for card in cards))


def _headline_card(card: Card, value: str) -> str:
    about = f' title="{escape(card.help)}"' if card.help else ""
    return f'<div class="card"{about}><dt>{terms(card.label)}</dt><dd>{value}</dd>{_band(card)}</div>'


@register.filter
def card_rows(cards: Iterable[Card]) -> SafeString:
    """Return outputs as rows of a `dl`: label, value, the band of measurements, and help."""
    return mark_safe("\n".join(map(_card_row, cards)))


def _card_row(card: Card) -> str:
    told = f'<dd class="help">{escape(card.help)}</dd>' if card.help else ""
    return f'<div class="row"><dt>{terms(card.label)}</dt><dd>{_traced(card)}</dd>{_band(card)}{told}</div>'


def _band(card: Card) -> str:
    if not card.band:
        return ""
    return (
        f'<dd class="band" title="{escape(card.band_of)}">90 % interval: <span>{escape(units(card.band))}</span></dd>'
    )


def _traced(card: Card) -> str:
    """Return the value, with a link to its equation or to the figure of the catalog that it repeats."""
    value = escape(units(card.value))
    if card.equation:
        return f'<a class="to-equation" href="#{escape(card.equation)}" title="Its equation">{value}</a>'
    if card.figure:
        address = escape(in_catalog(card.figure))
        return f'<a class="to-equation" href="{address}" title="A figure of the catalog">{value}</a>'
    return value


@register.filter
def in_catalog(path: str) -> str:
    """Return the address of a path below the catalog."""
    return _catalog_address() + path


@cache
def _catalog_address() -> str:
    return reverse("catalog:catalog")


@register.filter
def working_steps(steps: Iterable[WorkingStep]) -> SafeString:
    """Return the steps of a calculation as items of an `ol`; their formulae are MathML already."""
    return mark_safe("\n".join(map(_step, steps)))


def _step(step: WorkingStep) -> str:
    anchor = f' id="{escape(step.anchor)}"' if step.anchor else ""
    read = "".join(f"<li>{_origin(figure)}</li>" for figure in step.figures)
    figures = f'<ul class="step-figures" aria-label="Figures from the catalog">{read}</ul>' if read else ""
    return (
        f'<li class="step"{anchor}><span>{escape(step.label)}</span>'
        f'<div class="math">{step.symbols} <span>=</span> {step.numbers}</div>'
        f'<span class="value">= {escape(units(step.value))}</span>{figures}</li>'
    )


@lru_cache(maxsize=4096)
def _origin(figure: FigureOrigin) -> str:
    """Return a figure of a row by name, with a link to its line on the page of the row, and how it was obtained: an
    unknown origin is no unknown figure."""
    label = escape(figure.label)
    linked = f'<a href="{escape(in_catalog(figure.path))}">{label}</a>' if figure.path else label
    return f"{linked} of {escape(figure.row)} (origin: {escape(figure.origin)})"


@register.filter
def measured_rows(rows: Iterable[MeasuredRow]) -> SafeString:
    """Return measurements as items of an `ul`: configuration, figure, prediction and ratio where there is one, and
    the source."""
    return mark_safe("".join(map(_measured_row, rows)))


@lru_cache(maxsize=2048)  # neighbouring questions have the same measurements near them
def _measured_row(row: MeasuredRow) -> str:
    configuration, quantity, source = escape(row.configuration), escape(row.quantity), escape(row.source.words)
    danger = ' data-kind="danger"' if row.far else ""
    compared = (
        f", predicted {escape(units(row.predicted))} <b{danger}>({escape(row.ratio)})</b>" if row.predicted else ""
    )
    return (
        f"<li>{configuration}: {quantity} {escape(units(row.measured))}{compared}, "
        f'<a href="{escape(row.source.url)}" rel="noopener" '
        f'aria-label="{source}: {configuration}, {quantity}">{source}</a></li>'
    )
