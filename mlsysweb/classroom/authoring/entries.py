"""The fields of the form of a frame, declared once: for reading what was sent and for showing it. The name of a field
is the path of its value in the document, `figures-0-label`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlsysweb.classroom.lessons.document import COMPARISONS
from mlsysweb.classroom.questions.kinds import KINDS

# The controls: a line, an area, a number, a flag, a choice, words with commas between, lines of one text each.
LINE, AREA, NUMBER, FLAG, CHOICE, WORDS, LINES = "line", "area", "number", "flag", "choice", "words", "lines"


@dataclass(frozen=True)
class FormEntry:
    """One field: its name in the table it belongs to, label, control, help, and the options of a choice."""

    name: str
    label: str
    control: str = LINE
    help: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntryRows:
    """A list of tables with the same fields, at most `most` of them."""

    name: str
    label: str
    entries: tuple[FormEntry, ...]
    most: int
    help: str = ""


@dataclass(frozen=True)
class QuestionEntries:
    """The fields and lists of one kind of question."""

    label: str
    entries: tuple[FormEntry, ...]
    rows: tuple[EntryRows, ...] = ()


_LINK = FormEntry("link", "Link of the page", help="A page of this site, such as /walls/roofline/?batch_size=8.")
_OUTPUT = FormEntry("output", "Output", help="The name of an output of that page, such as latency.")
_COMPARE = FormEntry("compare", "Compared with another page", CHOICE, options=COMPARISONS)
_OTHER = FormEntry("other_link", "Link of the other page")
_PROMPT = FormEntry("prompt", "Prompt", AREA, "Markdown. {name} stands for a value that varies.")
_EXPLANATION = FormEntry("explanation", "Explanation, shown with the answer", AREA, "Markdown.")
_UNIT = FormEntry("unit", "Unit of the answer", help="Such as ms, GB or TFLOP/s; 1 or empty for a bare number.")
_TOLERANCE = FormEntry("tolerance", "Tolerance", NUMBER, "Relative: 5 % or 0.05.")
_LOW, _HIGH = FormEntry("low", "Lowest value", NUMBER), FormEntry("high", "Highest value", NUMBER)
_AXIS = (
    FormEntry("label", "label"),
    FormEntry("unit", "unit"),
    FormEntry("low", "lowest value", NUMBER),
    FormEntry("high", "highest value", NUMBER),
    FormEntry("output", "output"),
)


def _axis(name: str) -> tuple[FormEntry, ...]:
    return tuple(FormEntry(f"{name}-{e.name}", f"Axis {name}: {e.label}", e.control) for e in _AXIS)


FRAME = (
    FormEntry("title", "Title"),
    FormEntry("minutes", "Minutes", NUMBER),
    FormEntry("text", "Text for the class", AREA, "Markdown."),
    FormEntry("notes", "Notes for the instructor alone", AREA, "Markdown."),
    FormEntry("equation", "Equation", help="LaTeX, such as T = \\frac{C}{N \\cdot P}."),
    FormEntry("hand_in", "Students hand in a saved design here", FLAG),
)
FIGURES = EntryRows(
    "figures",
    "Figures computed by pages",
    (
        FormEntry("label", "Label"),
        _LINK,
        _OUTPUT,
        _COMPARE,
        _OTHER,
        FormEntry("slide", "Figure on the slide"),
        FormEntry("why", "Why the two differ"),
    ),
    40,
)
DEMOS = EntryRows(
    "demos",
    "Pages that run within the screen",
    (
        FormEntry("title", "Title"),
        _LINK,
        FormEntry("inputs", "Inputs that can be changed", WORDS, "Names with commas between, such as batch_size."),
    ),
    8,
    "With a question they are shown after the answer.",
)
RESOURCES = EntryRows("resources", "Read further", (FormEntry("words", "Words"), FormEntry("url", "Address")), 40)
ROWS = (FIGURES, DEMOS, RESOURCES)
VARY = EntryRows(
    "vary",
    "Variants: values of {name} in prompt and links",
    (FormEntry("name", "Name"), FormEntry("values", "Values, one on each line", LINES)),
    6,
)
MISCONCEPTIONS = EntryRows(
    "misconceptions",
    "Misconceptions: the same page with a changed link computes the wrong answer they lead to",
    (
        FormEntry("name", "Name"),
        _LINK,
        FormEntry("output", "Output, if another"),
        _OTHER,
        FormEntry("explanation", "What is wrong with it", AREA),
    ),
    12,
)
_OPTIONS = EntryRows(
    "options",
    "Options",
    (
        FormEntry("text", "Option"),
        FormEntry("right", "Right", FLAG),
        FormEntry("value", "Value of the output it stands for, where the right one is computed"),
        FormEntry("why", "What is wrong with it, or right"),
    ),
    12,
)
_ITEMS = EntryRows("items", "Items to put in order", (FormEntry("text", "Item"), _LINK), 8)
_MEASURED = (FormEntry("measured", "Measured value"), FormEntry("measured_source", "Source of the measured value"))
QUESTIONS: Mapping[str, QuestionEntries] = {
    "number": QuestionEntries(
        "A number with a tolerance",
        (_PROMPT, _LINK, _OUTPUT, _COMPARE, _OTHER, _UNIT, _TOLERANCE, _EXPLANATION, *_MEASURED),
        (MISCONCEPTIONS,),
    ),
    "choice": QuestionEntries("One of several options", (_PROMPT, _LINK, _OUTPUT, _EXPLANATION), (_OPTIONS,)),
    "position": QuestionEntries(
        "A position of a slider",
        (
            _PROMPT,
            _LINK,
            _OUTPUT,
            FormEntry("label", "Label of the slider"),
            _UNIT,
            _LOW,
            _HIGH,
            FormEntry("log", "Logarithmic", FLAG),
            _TOLERANCE,
            _EXPLANATION,
        ),
    ),
    "point": QuestionEntries(
        "A point on a chart",
        (
            _PROMPT,
            _LINK,
            *_axis("x"),
            *_axis("y"),
            FormEntry("factor", "Right within a factor of", NUMBER),
            _EXPLANATION,
        ),
    ),
    "rank": QuestionEntries(
        "An order of items",
        (_PROMPT, _OUTPUT, FormEntry("smallest_first", "The smallest first", FLAG), _EXPLANATION),
        (_ITEMS,),
    ),
    "wall": QuestionEntries("Name the wall: free text, no answer is wrong", (_PROMPT, _EXPLANATION)),
}
assert QUESTIONS.keys() == KINDS.keys()
