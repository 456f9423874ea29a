"""Presenter (stage 5) of the list of scenarios. Does not query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mlsysweb.show.results.page import Link

from .page import ListFilterField, ListPage, SavedRow, SelectOption
from .text import without_control_characters

_NAMES = {"kind": "Page", "tag": "Tag", "group": "Class"}
# Limits of a search: different words, and characters of each.
_MOST_WORDS, _LONGEST_WORD = 8, 50


@dataclass(frozen=True)
class ListFilter:
    """The filters of the list."""

    words: str = ""
    kind: str = ""
    tag: str = ""
    group: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> ListFilter:
        page, group = query.get("page", ""), query.get("group", "")
        return cls(
            without_control_characters(query.get("words", "")).strip(),
            query.get("kind", ""),
            query.get("tag", ""),
            group if group.isdecimal() and len(group) < 10 else "",
            max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    @property
    def sought(self) -> tuple[str, ...]:
        """Return the search words: distinct ignoring case, up to the limit."""
        return self._different[:_MOST_WORDS]

    @property
    def left_out(self) -> str:
        """Return sentences on words that are not searched for, beginning with a space; an empty string if all are."""
        told = ""
        if len(self._different) > _MOST_WORDS:
            told += f" Only the first {_MOST_WORDS} different words are searched for."
        if any(len(word) > _LONGEST_WORD for word in self.words.split()):
            told += f" Only the first {_LONGEST_WORD} characters of a word are searched for."
        return told

    @property
    def _different(self) -> tuple[str, ...]:
        words: dict[str, str] = {}
        for word in self.words.split():
            short = word[:_LONGEST_WORD]
            words.setdefault(short.casefold(), short)  # as typed: SQLite ignores the case of A to Z only
        return tuple(words.values())

    def link(self, url: str, page: int = 1) -> str:
        told = {name: getattr(self, name) for name in ("words", "kind", "tag", "group")} | {
            "page": page if page > 1 else ""
        }
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{url}?{query}" if query else url


def list_page(
    rows: Sequence[tuple[Any, str, str]],
    shown: Any,
    filters: ListFilter,
    *,
    url: str,
    choices: Mapping[str, list[SelectOption]],
    gone: Link | None,
) -> ListPage:
    """Return the list. `rows` are scenarios with the page each was saved from and its verdict; `shown` is their page of
    a Paginator."""
    return ListPage(
        words=filters.words,
        narrowings=tuple(
            ListFilterField(name, _NAMES[name], tuple(options), getattr(filters, name))
            for name, options in choices.items()
            if options
        ),
        rows=tuple(_row(*row) for row in rows),
        told=_told(shown.paginator.count, filters),
        before=filters.link(url, shown.number - 1) if shown.has_previous() else "",
        after=filters.link(url, shown.number + 1) if shown.has_next() else "",
        gone=gone,
        url=filters.link(url, shown.number),
        action=url,
    )


def _told(count: int, filters: ListFilter) -> str:
    narrowed = filters.words or filters.kind or filters.tag or filters.group
    if not count and not narrowed:
        return "You have no saved scenarios. Use “Save” on any page."
    if not count:
        return f"Nothing saved fits this.{filters.left_out}"
    return f"{count:,} saved{'.' if filters.left_out else ''}{filters.left_out}"


def _row(scenario: Any, what: str, said: str) -> SavedRow:
    return SavedRow(
        id=scenario.pk,
        title=scenario.title,
        url=scenario.get_absolute_url(),
        what=what,
        said=said,
        when=scenario.created.strftime("%-d %b %Y, %H:%M"),
        tags=tuple(tag.name for tag in scenario.tags.all()),
        shown_to=scenario.group.name if scenario.group else scenario.get_visibility_display(),
    )
