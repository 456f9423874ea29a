"""Template context of the About page."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class TableSize:
    """A table of the catalog: its plural name and the number of rows that pickers offer."""

    name: str
    rows: int


@dataclass(frozen=True)
class DataSource:
    """A source of the catalog's figures and its licence. `recalled` licences were not read again."""

    name: str
    licence: str
    recalled: bool


@dataclass(frozen=True)
class Domain:
    """A domain of the taxonomy and the names of its walls."""

    name: str
    walls: str


@dataclass(frozen=True)
class AboutPage:
    """The facts on the About page, read from the taxonomy, the registry, the catalog and the project's files."""

    walls: int
    domains: tuple[Domain, ...]
    tools: tuple[Link, ...]
    tables: tuple[TableSize, ...]
    sources: tuple[DataSource, ...]
    licence: str
    citation: str
    bibtex: str


@dataclass(frozen=True)
class PrivacyPage:
    """The terms of the privacy page in days: scenarios without an account, deleted scenarios, ended searches, wrong
    passwords, class sessions, and the session of an account."""

    scenario_days: int
    deleted_days: int
    job_days: int
    attempt_days: int
    class_days: int
    account_days: int
