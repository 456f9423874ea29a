"""Template context of the API's reference and of the page of tokens."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class OperationLine:
    """An operation in the list: method, path and link."""

    method: str
    path: str
    link: Link


@dataclass(frozen=True)
class OperationGroup:
    """The operations under one heading."""

    heading: str
    lines: tuple[OperationLine, ...]


@dataclass(frozen=True)
class StatusLine:
    """A status of an answer and its meaning."""

    status: int
    meaning: str


@dataclass(frozen=True)
class ScopeLine:
    """A scope of a token and what it permits."""

    name: str
    permits: str


@dataclass(frozen=True)
class ReferencePage:
    """The overview of the API: its address, operations by group, scopes of tokens, statuses of errors, limits in
    sentences, the links to the document and to the page of tokens, and a first request with curl and with Python."""

    base: str
    document: str
    tokens: str
    groups: tuple[OperationGroup, ...]
    scopes: tuple[ScopeLine, ...]
    statuses: tuple[StatusLine, ...]
    limits: tuple[str, ...]
    rows: str
    curl: str
    python: str


@dataclass(frozen=True)
class ParameterRow:
    """A parameter, or a member of a body or an answer: how it is written, its unit, range and default, and help."""

    name: str
    kind: str
    unit: str
    range: str
    default: str
    help: str
    required: bool = False


@dataclass(frozen=True)
class ParameterTable:
    """Parameters under one heading; a `folded` table opens on demand."""

    heading: str
    rows: tuple[ParameterRow, ...]
    folded: bool = False


@dataclass(frozen=True)
class OperationPage:
    """One operation: rights, parameters, answer, an example with its answer, and the statuses of errors. `cases` are
    its forms by solver or table."""

    title: str
    method: str
    path: str
    about: str
    rights: str
    tables: tuple[ParameterTable, ...]
    answer: ParameterTable
    curl: str
    python: str
    status: int
    shown: str
    shortened: bool
    statuses: tuple[StatusLine, ...]
    cases: tuple[Link, ...]
    case: str


@dataclass(frozen=True)
class TokenRow:
    """A token of the user: name, first characters, scopes, dates, and the address that revokes it."""

    name: str
    beginning: str
    scopes: str
    created: str
    used: str
    expires: str
    expired: bool
    revoke: str


@dataclass(frozen=True)
class TokensPage:
    """The tokens of the user, and the scopes there are. `secret` is that of the token just made, shown once; `made` is
    its name and `curl` a request with it."""

    rows: tuple[TokenRow, ...]
    scopes: tuple[ScopeLine, ...]
    secret: str = ""
    made: str = ""
    curl: str = ""
