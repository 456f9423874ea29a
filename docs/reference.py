"""Writes the solver reference: a page for each solver, from its declaration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mlsysweb.pages.poster.present import declared_slots
from mlsysweb.show.results.working import in_symbols
from solvers.declare import Solver
from solvers.notebook.documentation import gives, takes, words
from solvers.registry import solvers
from solvers.taxonomy import DOMAINS, WALLS


def write(folder: Path) -> None:
    """Write the pages and their index into a folder. Files that would not change are left alone, so that Sphinx need
    not read them again."""
    folder.mkdir(exist_ok=True)
    pages = {f"{name}.md": "\n".join(page(solver)) for name, solver in solvers().items()}
    pages["index.md"] = "\n".join(index())
    for name, text in pages.items():
        if not (folder / name).exists() or (folder / name).read_text() != text:
            (folder / name).write_text(text)
    for stale in folder.glob("*.md"):
        if stale.name not in pages:
            stale.unlink()


def index() -> Iterator[str]:
    """Yield the lines of the index: the solvers by domain, with the walls they stand for."""
    yield from ("# Solver reference", "")
    yield "One page for each solver, generated from its declaration. All values are in SI units, as in the API."
    for domain, title in DOMAINS.items():
        numbers = {wall.number for wall in WALLS if wall.domain == domain}
        yield from ("", f"## {title}", "", "```{toctree}", ":maxdepth: 1", "")
        yield from (name for name, solver in solvers().items() if solver.walls and solver.walls[0] in numbers)
        yield "```"
    yield from ("", "## Other", "", "```{toctree}", ":maxdepth: 1", "")
    yield from (name for name, solver in solvers().items() if not solver.walls)
    yield "```"


def page(solver: Solver[Any, Any]) -> Iterator[str]:
    """Yield the lines of a solver's page."""
    named = {wall.number: wall.label for wall in WALLS}
    yield from (f"# {solver.title}", "", f"**{solver.question}**", "", solver.about, "")
    yield f"Name `{solver.name}`, version {solver.version}. {'; '.join(named[number] for number in solver.walls)}"
    yield from ("", "## Inputs", "")
    yield from _table(("name", "takes", "meaning"), ((n, takes(io), words(io)) for n, io in solver.inputs.items()))
    yield from ("", "## Outputs", "")
    yield from _table(("name", "unit", "meaning"), ((n, gives(out), words(out)) for n, out in solver.outputs.items()))
    yield from ("", "## Equations", "")
    declared = declared_slots(solver)
    for equation in solver.equations:
        yield from ("```{raw} html", f"<p>{in_symbols(equation.latex, declared)}</p>", "```", "")
    for heading, sentences in (("Assumptions", solver.assumptions), ("Limitations", solver.excludes)):
        if sentences:
            yield from (f"## {heading}", "", *(f"- {_plain(sentence)}" for sentence in sentences), "")
    yield from ("## Sources", "", *(f"- {_plain(s.authors)}: [{_plain(s.title)}]({s.url})" for s in solver.sources))
    yield from ("", "## Use", "", "```", f".venv/bin/python manage.py solve {solver.name}")
    yield from (f"curl 'http://127.0.0.1:8000/api/v1/solve/{solver.name}'", "```", "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for name, kind, meaning in rows:
        yield f"| `{name}` | {_plain(kind)} | {_plain(meaning)} |"


def _plain(text: str) -> str:
    """Return a text in which Markdown sees no markup of its own."""
    for character in "\\`*_[]<>|$":
        text = text.replace(character, f"\\{character}")
    return text
