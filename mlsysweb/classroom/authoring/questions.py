"""Drafts of questions about an output of a page: frames of a valid document, for their author to refine."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Card
from solvers.errors import InputError
from solvers.quantities import convert, to_si

from .frame_form import number_of

# The kinds that need a number; the others can ask for a text.
NUMERIC = frozenset(("number", "position", "point", "rank"))
# The inputs that a drafted prompt names even where they are at their defaults, and the words before the first two.
_JOINTS = (("model", "of"), ("accelerator", "on"))
_MAIN = {
    *("model", "accelerator", "node", "fleet", "devices", "grid", "duration", "precision", "batch_size"),
    *("prompt_length", "output_length", "context_length"),
}
_LONGEST = 1500


def question_frame(
    kind: str,
    link: str,
    output: str,
    cards: Mapping[str, Card],
    typed: Mapping[str, str],
    others: Sequence[tuple[str, str]] = (),
    inputs: Sequence[AskedInput] = (),
) -> dict[str, Any]:
    """Return a frame that asks for an output of the page at a link. `typed` has the title, prompt and explanation, each
    empty for that of the draft, the unit and tolerance, and `show` if the page is shown after the answer. `others` are
    the names and links of pages that a ranking compares it with, `inputs` those of the page, which the draft names."""
    card = cards[output]
    name = card.label[:80]
    question: dict[str, Any] = {
        "kind": kind,
        "prompt": typed.get("prompt") or _prompt(kind, card, _system(inputs)),
        **(_rank(link, output, others) if kind == "rank" else _DRAFTS[kind](link, output, cards)),
    }
    for each in ("explanation", "unit", "tolerance"):
        if typed.get(each) and (each == "explanation" or kind in ("number", "position")):
            question[each] = number_of(typed[each]) if each == "tolerance" else typed[each]
    frame: dict[str, Any] = {"title": typed.get("title") or name, "question": question}
    if typed.get("show"):
        frame["demos"] = [{"title": name, "link": link}]
    return frame


def _prompt(kind: str, card: Card, system: str) -> str:
    """Return the draft of a prompt; `system` says of what and with which inputs, so that it can be answered."""
    name = _lower(card.label[:80])
    if kind == "choice" and card.number is None:
        return f"{card.label[:80]}{system}: which one?"
    prompts = {
        "position": f"Where is the {name}{system}?",
        "rank": f"Order these by {name}, the largest first.",
        "wall": f"Which wall limits this system{system}?",
    }
    return prompts.get(kind, f"What is the {name}{system}?")


def _lower(label: str) -> str:
    """Return a label as within a sentence; an abbreviation stays."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _system(inputs: Sequence[AskedInput]) -> str:
    """Return the inputs that are set in the link and the main ones as words: " of Llama 3 8B with batch size 8"."""
    told = [each for each in inputs if not each.default or each.name in _MAIN]
    texts = {each.name: text for each in told if (text := _meant(each.text)) not in ("", "none")}
    words = "".join(f" {joint} {texts.pop(name)}" for name, joint in _JOINTS if name in texts)
    rest = ", ".join(f"{_lower(each.label)} {texts[each.name]}" for each in told if each.name in texts)
    return f"{words} with {rest}"[:_LONGEST] if rest else words


def _meant(text: str) -> str:
    """Return what stands for an input at its default: "Node's, else H100" and "256, or fleet's" mean H100 and 256."""
    return text.rpartition(", else ")[2].partition(", or ")[0]


def _number(link: str, output: str, cards: Mapping[str, Card]) -> dict[str, Any]:
    return {"link": link, "output": output, "unit": _unit(cards[output]), "tolerance": 0.05}


def _choice(link: str, output: str, cards: Mapping[str, Card]) -> dict[str, Any]:
    """Return options: for a number its value and ten times more and less, for a text the text and another one."""
    card = cards[output]
    if card.number is None or not math.isfinite(card.number):
        options = [{"text": card.value[:300], "value": card.value[:100]}, {"text": "Another answer"}]
        return {"link": link, "output": output, "options": options}
    wrong = ("Ten times as much", "A tenth of that")
    return {"options": [{"text": card.value, "right": True}, *({"text": text} for text in wrong)]}


def _position(link: str, output: str, cards: Mapping[str, Card]) -> dict[str, Any]:
    """Return a slider of a hundred times the value on both sides, or around 0."""
    card = cards[output]
    value = _shown(card)
    low, high = (value / 100, value * 100) if value > 0 else (value * 2 - 1, abs(value) * 2 + 1)
    found = {"link": link, "output": output, "label": card.label[:80], "unit": _unit(card), "tolerance": 0.2}
    return found | {"low": _round(low), "high": _round(high), "log": value > 0}


def _point(link: str, output: str, cards: Mapping[str, Card]) -> dict[str, Any]:
    """Return a chart with the output upwards, and another positive number to the right."""
    others = [name for name, card in cards.items() if name != output and (card.number or 0) > 0]
    return {"link": link, "x": _axis(cards, others[0] if others else output), "y": _axis(cards, output)}


def _axis(cards: Mapping[str, Card], name: str) -> dict[str, Any]:
    value = abs(_shown(cards[name])) or 1.0
    ends = {"low": _round(value / 1000), "high": _round(value * 1000)}
    return {"label": cards[name].label[:80], "unit": _unit(cards[name]), "output": name, **ends}


def _rank(link: str, output: str, others: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the page and those it is compared with; without any the page twice, for the author to change one."""
    items = (("This system", link), *(others or (("Another one", link),)))
    return {"output": output, "items": [{"text": text, "link": each} for text, each in items]}


def _wall(link: str, output: str, cards: Mapping[str, Card]) -> dict[str, Any]:
    return {}


_DRAFTS: Mapping[str, Callable[[str, str, Mapping[str, Card]], dict[str, Any]]] = {
    "number": _number,
    "choice": _choice,
    "position": _position,
    "point": _point,
    "wall": _wall,
}


def _unit(card: Card) -> str:
    """Return the unit that the value is shown with, such as ms; else the declared one."""
    shown = card.value.partition(" ")[2]
    if shown and card.unit not in ("", "1"):
        with contextlib.suppress(InputError):
            to_si("The unit", f"1 {shown}", card.unit)
            return shown
    return card.display_unit or card.unit or "1"


def _shown(card: Card) -> float:
    """Return the number in the unit it is shown in."""
    return convert(card.number or 0.0, card.unit or "1", _unit(card))


def _round(value: float) -> float:
    return float(f"{value:.2g}")
