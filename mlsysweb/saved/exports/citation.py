"""A methods paragraph for a scenario, and its references as BibTeX."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from .source import ExportSource

_YEAR = re.compile(r"\b(1[89]|20)\d\d\b")
_ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    c: f"\\{c}" for c in "&%$#_{}"
}
_OF_LINKS = "!#$%&'()*+,/:;=?@[]~"


def methods(source: ExportSource, verdict: str) -> str:
    """Return a paragraph on what was computed from which inputs, for use in a report."""
    wall = source.wall
    sources = "; ".join(f"{s.authors}, {s.title} ({s.url})" for s in wall.sources) if wall else ""
    rows = "; ".join(f"{row['name']} ({row.get('source') or 'no source named'})" for row in source.snapshot.values())
    typed = ((i.label, i.text) for i in source.opened.inputs if not i.default)  # a page has no variables
    named = typed if source.opened.page else source.question.items()
    asked = ", ".join(f"{name} = {text}" for name, text in named) or "its default inputs"
    said = [
        f"The figures were computed with the {source.what.lower()} model of Walls of ML systems ({source.solver}, "
        f"version {source.solver_version}), with {asked}.",
        f"The model follows {sources}." if sources else "",
        f"Hardware, models and grids were taken as: {rows}." if rows and len(source.snapshot) <= 12 else "",
        f"Assumed: {' '.join(wall.assumptions)}" if wall and wall.assumptions else "",
        f"Result: {verdict}" if verdict else "",
        f"The computation, with every figure used, is kept at {source.url} ({source.created:%-d %B %Y}, version "
        f"{source.number}).",
    ]
    return "\n\n".join(sentence for sentence in said if sentence) + "\n"


def bibtex(kept: ExportSource) -> str:
    """Return BibTeX entries for the scenario, for each source of its wall, and for each web page that catalog figures
    come from."""
    pages = {row["source_url"]: row for row in kept.snapshot.values() if row.get("source_url")}
    entries = [
        _entry("misc", "scenario", _scenario(kept)),
        *(_entry("misc", source.authors, _source(source)) for source in (kept.wall.sources if kept.wall else ())),
        *(_entry("misc", row["slug"], _row(row)) for row in pages.values()),
    ]
    return "\n".join(_with_own_keys(entries))


def _scenario(source: ExportSource) -> dict[str, str]:
    return {
        "title": source.title,
        "howpublished": f"Walls of ML systems, {source.what}, version {source.solver_version}",
        "year": f"{source.created.year}",
        "url": source.url,
    }


def _source(source: Any) -> dict[str, str]:
    year = _YEAR.search(source.authors)
    names = _YEAR.sub("", source.authors).strip(" ,")
    told = {"author": " and ".join(_authors(names)), "title": source.title, "year": year[0] if year else ""}
    if source.link.startswith("arXiv:"):
        return told | {"eprint": source.link.removeprefix("arXiv:"), "archiveprefix": "arXiv", "url": source.url}
    return told | ({"url": source.url} if source.link.startswith("https:") else {"doi": source.link, "url": source.url})


def _authors(names: str) -> Iterator[str]:
    """Yield the authors of `Pope et al.` in BibTeX syntax."""
    for name in re.split(r",\s*| and ", names.replace(" et al.", ", others")):
        if name.strip():
            yield name.strip()


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": f"{row['name']}: {row.get('source', '')}",
        "note": row.get("source_date") or "",
        "url": row["source_url"],
    }


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> tuple[str, str, Mapping[str, str]]:
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    return kind, re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "source", fields


def _with_own_keys(entries: list[tuple[str, str, Mapping[str, str]]]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for kind, key, fields in entries:
        seen[key] = seen.get(key, 0) + 1
        own = key if seen[key] == 1 else f"{key}-{seen[key]}"
        body = "".join(f"  {name} = {{{_escaped(name, text)}}},\n" for name, text in fields.items() if text)
        yield f"@{kind}{{{own},\n{body}}}\n"


def _escaped(name: str, text: str) -> str:
    """Return text escaped for BibTeX. In URLs and identifiers invalid characters are percent-encoded, braces and
    backslashes above all; in text LaTeX's special characters are escaped and line breaks replaced by spaces."""
    if name in ("url", "doi", "eprint"):
        return quote(text, safe=_OF_LINKS)
    return "".join(_ESCAPED.get(letter, letter) for letter in " ".join(text.split()))
