"""Reads the form of a frame into its document, and shows a document, valid or not, in the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlsysweb.show.forms.page import Option

from .entries import (
    CHOICE,
    FLAG,
    FRAME,
    LINES,
    MISCONCEPTIONS,
    NUMBER,
    QUESTIONS,
    ROWS,
    VARY,
    WORDS,
    EntryRows,
    FormEntry,
)
from .page import FrameField, FrameForm, FrameRow, FrameRows

Texts = Mapping[str, str]
_MORE = 3
NO_QUESTION = "No question"


def read_form(texts: Texts) -> dict[str, Any]:
    """Return the frame of a form as sent, without its slug. What is left empty is left out; a number that can't be read
    stays a text, so that reading the document reports it."""
    frame = _table(FRAME, texts, "")
    for rows in ROWS:
        if found := _tables(rows, texts, f"{rows.name}-"):
            frame[rows.name] = found
    kind = texts.get("question-kind", "").strip()
    if kind:
        frame["question"] = {"kind": kind, **_question(kind, texts)}
    return frame


def _question(kind: str, texts: Texts) -> dict[str, Any]:
    entries = QUESTIONS.get(kind)
    if entries is None:
        return {}
    question = _table(entries.entries, texts, "question-")
    for rows in entries.rows:
        if found := _tables(rows, texts, f"question-{rows.name}-"):
            question[rows.name] = found
    vary: dict[str, list[str]] = {}
    for row in _tables(VARY, texts, f"question-{VARY.name}-"):
        vary.setdefault(row.get("name", ""), []).extend(row.get("values", []))
    return {**question, VARY.name: vary} if vary else question


def misconceptions_of(texts: Texts) -> list[dict[str, Any]]:
    """Return the misconceptions of a form as sent."""
    return _tables(MISCONCEPTIONS, texts, f"{MISCONCEPTIONS.name}-")


def misconception_rows(texts: Texts) -> FrameRows:
    """Return the rows of the misconceptions of a form as sent, with empty ones to fill."""
    return _rows(MISCONCEPTIONS, misconceptions_of(texts), "", {}, MISCONCEPTIONS.name)


def _table(entries: Iterable[FormEntry], texts: Texts, prefix: str) -> dict[str, Any]:
    """Return the values of the fields of a table; one of the name `x-label` is in a table within it."""
    table: dict[str, Any] = {}
    for entry in entries:
        value = _value(entry, texts.get(prefix + entry.name, ""))
        outer, _, name = entry.name.rpartition("-")
        if value is not None:
            (table.setdefault(outer, {}) if outer else table)[name] = value
    return table


def _tables(rows: EntryRows, texts: Texts, prefix: str) -> list[dict[str, Any]]:
    """Return the rows of a list that are not empty."""
    numbers = {
        int(match[1]) for name in texts if (match := re.match(re.escape(prefix) + r"(\d{1,2})-", name, re.ASCII))
    }
    found = (_table(rows.entries, texts, f"{prefix}{number}-") for number in sorted(numbers))
    return [row for row in found if row]


def _value(entry: FormEntry, text: str) -> Any:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return None
    if entry.control == FLAG:
        return True
    if entry.control == NUMBER:
        return number_of(text)
    if entry.control in (WORDS, LINES):
        return [each.strip() for each in text.split("," if entry.control == WORDS else "\n") if each.strip()]
    return text


def number_of(text: str) -> float | int | str:
    """Return a number, also a percentage; the text where it is none."""
    bare = text.removesuffix("%")
    try:
        number = float(bare) / (1 if bare == text else 100)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def show_form(frame: Mapping[str, Any], problems: Mapping[str, str], texts: Texts, more: str = "") -> FrameForm:
    """Return the form of a frame. `problems` are sentences by the name of the field; those of no field are shown above.
    `texts` are the fields as sent: those of another kind of question are kept hidden. `more` names a list with further
    empty rows."""
    question = frame.get("question", {})
    kind = str(question.get("kind", ""))
    entries = QUESTIONS.get(kind)
    sets = [_rows(rows, frame.get(rows.name, ()), "", problems, more) for rows in ROWS]
    asked: tuple[FrameField, ...] = ()
    asked_rows: list[FrameRows] = []
    if entries:
        asked = _fields(entries.entries, question, "question-", problems)
        varied = [{"name": name, "values": values} for name, values in question.get(VARY.name, {}).items()]
        asked_rows = [_rows(rows, question.get(rows.name, ()), "question-", problems, more) for rows in entries.rows]
        asked_rows.append(_rows(VARY, varied, "question-", problems, more))
    fields = _fields(FRAME, frame, "", problems)
    shown = {field.name for field in (*fields, *asked)} | {"question-kind"}
    shown |= {row_field.name for rows in (*sets, *asked_rows) for row in rows.rows for row_field in row.fields}
    groups = {rows.name for rows in (*sets, *asked_rows)}
    kinds = (("", NO_QUESTION), *((name, each.label) for name, each in QUESTIONS.items()))
    return FrameForm(
        fields=fields,
        rows=tuple(sets),
        kinds=tuple(Option(name, label, name == kind) for name, label in kinds),
        kind_error=problems.get("question-kind", ""),
        question=asked,
        question_rows=tuple(asked_rows),
        kept=tuple(
            (n, t)
            for n, t in texts.items()
            if n.startswith("question-") and n not in shown and t and not _of(n, groups)
        ),
        problems=tuple(sentence for name, sentence in problems.items() if name not in shown | groups),
    )


def _of(name: str, groups: Iterable[str]) -> bool:
    """Return whether a field belongs to a list that is shown: its rows are numbered again."""
    return any(name.startswith(f"{group}-") for group in groups)


def _fields(
    entries: Iterable[FormEntry], table: Mapping[str, Any], prefix: str, problems: Mapping[str, str]
) -> tuple[FrameField, ...]:
    return tuple(_field(entry, table, prefix + entry.name, problems) for entry in entries)


def _field(entry: FormEntry, table: Mapping[str, Any], name: str, problems: Mapping[str, str]) -> FrameField:
    outer, _, inner = entry.name.rpartition("-")
    within = table.get(outer, {}) if outer else table
    text = text_of(within.get(inner) if isinstance(within, Mapping) else None, entry)
    options = tuple(Option(each, each or "no", each == text) for each in entry.options)
    if entry.control == CHOICE and text and text not in entry.options:
        options += (Option(text, text, True),)
    return FrameField(name, entry.label, entry.control, entry.help, text, problems.get(name, ""), options)


def text_of(value: Any, entry: FormEntry) -> str:
    """Return a value of a document as the text of its field."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    if isinstance(value, list):
        return (", " if entry.control == WORDS else "\n").join(map(str, value))
    return str(value)


def _rows(
    rows: EntryRows, tables: Iterable[Mapping[str, Any]], prefix: str, problems: Mapping[str, str], more: str
) -> FrameRows:
    """Return a list with an empty row after those that are filled."""
    name = prefix + rows.name
    filled = list(tables)
    blank = max(0, min(rows.most - len(filled), _MORE if more == name else 1))
    shown = tuple(
        FrameRow(number + 1, number >= len(filled), _fields(rows.entries, table, f"{name}-{number}-", problems))
        for number, table in enumerate([*filled, *[{}] * blank])
    )
    wrong = any(field.error for row in shown for field in row.fields) or name in problems
    return FrameRows(
        name, rows.label, rows.help, shown, len(filled), problems.get(name, ""), bool(filled) or wrong or more == name
    )


def texts_of(frame: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a frame's form by name, as a browser sends them."""
    form = show_form(frame, {}, {})
    kind = next(option.value for option in form.kinds if option.selected)
    return {field.name: field.text for field in _all_fields(form) if field.text} | {"question-kind": kind}


def differences(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields in which another version of a frame differs, each with its text there."""
    ours, others = texts_of(mine), texts_of(theirs)
    forms = (show_form(mine, {}, {}), show_form(theirs, {}, {}))
    labels = {field.name: field.label for form in forms for field in _all_fields(form)} | {"question-kind": "Question"}
    for name, label in labels.items():
        if ours.get(name, "") != others.get(name, ""):
            place = re.search(r"-(\d+)-", name)
            yield f"{label} ({int(place[1]) + 1})" if place else label, others.get(name, "") or "nothing"


def _all_fields(form: FrameForm) -> Iterator[FrameField]:
    yield from (*form.fields, *form.question)
    for rows in (*form.rows, *form.question_rows):
        for row in rows.rows:
            yield from row.fields
