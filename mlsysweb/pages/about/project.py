"""Facts about the project, read from its own files: version and authors, licences of the data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .page import DataSource

_ROOT = Path(__file__).resolve().parents[3]
_LICENCES = _ROOT / "solvers" / "shipped" / "LICENCES.md"


@dataclass(frozen=True)
class Project:
    """Name, version, authors and licence as in `pyproject.toml`; `year` as in the copyright notice."""

    name: str
    version: str
    authors: str
    licence: str
    year: str


@cache
def project() -> Project:
    """Return the facts of `pyproject.toml` and the year of the copyright notice in LICENSE."""
    declared = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    year = re.search(r"Copyright \(c\) (\d{4})", legal_text("LICENSE"))
    return Project(
        name=declared["name"],
        version=declared["version"],
        authors=" and ".join(author["name"] for author in declared["authors"]),
        licence=declared["license"],
        year=year[1] if year else "",
    )


@cache
def legal_text(name: str) -> str:
    """Return the text of LICENSE or NOTICE."""
    return (_ROOT / name).read_text(encoding="utf-8")


@cache
def data_sources() -> tuple[DataSource, ...]:
    """Return the sources in the table of `solvers/shipped/LICENCES.md`, in its order."""
    return tuple(_rows(_LICENCES.read_text(encoding="utf-8")))


def _rows(text: str) -> Iterator[DataSource]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    for line in lines[2:]:  # below the header and its rule
        name, _, licence, *_ = (cell.strip() for cell in line.strip("| ").split(" | "))
        yield DataSource(name, licence.replace("*", ""), "*" in licence)
