"""Template context of the page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConfigRow:
    """A row of a table: what it is about, its value, and what is to be said of it."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True)
class ConfigResult:
    """The result of a config. `law` is the KV cache as a formula and `kept` its size at some lengths; `recognised` are
    keys, `assumed` figures, `unknown` the keys that were not understood. `save` leads to the filled-in form of the
    admin, for those who may add models."""

    title: str
    summary: str
    notes: tuple[str, ...]
    figures: tuple[ConfigRow, ...]
    law: str
    kept: tuple[ConfigRow, ...]
    recognised: tuple[ConfigRow, ...]
    assumed: tuple[ConfigRow, ...]
    unknown: tuple[str, ...]
    save: str


@dataclass(frozen=True)
class ConfigPage:
    """The form as it was sent, what is wrong with it, and the result if nothing is. `by_name`: the site can fetch the
    config of a `repository`."""

    title: str
    text: str
    name: str
    total: str
    errors: tuple[str, ...]
    result: ConfigResult | None
    models: str
    most: str
    by_name: bool = False
    repository: str = ""
