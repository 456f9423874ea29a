"""Template context of the import pages of the admin."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TransferLinks:
    """The buttons of a list: the address of the import page (empty without the right to change rows), and name and
    address of each export of the rows listed."""

    start: str
    exports: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PastImport:
    """An import of the list: its link, the file, by whom and when, what it wrote, and whether it was undone."""

    url: str
    number: int
    file_name: str
    user: str
    when: str
    wrote: str
    undone: str


@dataclass(frozen=True)
class ImportStartPage:
    """The page where a file is chosen: the headings it may have, the limits, and the imports there have been."""

    title: str
    table: str
    headings: tuple[tuple[str, str], ...]
    limits: str
    error: str
    pasted: str
    past: tuple[PastImport, ...]
    exports: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PreviewCell:
    """A cell of the preview: the heading, the value in the table and the one of the file. A wrong cell has a sentence,
    the text of the file, and the name of the field that corrects it (empty where the file has no such cell)."""

    heading: str
    before: str
    after: str
    error: str = ""
    text: str = ""
    field: str = ""


@dataclass(frozen=True)
class PreviewRow:
    """A row of the preview: its number in the file, name and slug, its cells, its state (new, changed, unchanged or
    error), and a sentence for each unusual figure."""

    number: int
    name: str
    slug: str
    state: str
    error: str
    cells: tuple[PreviewCell, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreviewTab:
    """A link that shows the rows of one state, with how many there are."""

    url: str
    words: str
    current: bool


@dataclass(frozen=True)
class ImportPreviewPage:
    """The preview of an import. `fingerprint` is that of the plan shown; `correctable` says whether a wrong cell can
    be corrected here."""

    title: str
    table: str
    file_name: str
    summary: str
    problems: tuple[str, ...]
    left_out: str
    tabs: tuple[PreviewTab, ...]
    rows: tuple[PreviewRow, ...]
    pages: tuple[PreviewTab, ...]
    writes: bool
    button: str
    fingerprint: str
    correctable: bool
    start: str


@dataclass(frozen=True)
class WrittenImportPage:
    """An import that was written: the rows it added and changed, and whether it can be undone."""

    title: str
    table: str
    file_name: str
    summary: str
    added: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]
    more: str
    undone: str
    can_undo: bool
    start: str
