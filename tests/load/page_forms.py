"""The links and the forms of a page, as a browser finds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_LINKS = {"a": "href", "link": "href", "img": "src", "iframe": "src", "script": "src", "form": "action"}


@dataclass(frozen=True)
class Form:
    """A form: its method in capitals, the address it is sent to, its fields with the names of those that are files."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...]
    files: frozenset[str]
    multipart: bool


@dataclass
class PageReader(HTMLParser):
    """Collects the paths on this host that a page links to, and its forms. `buttons` that have a name are sent, too."""

    address: str
    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    _open: dict[str, str] | None = None
    _fields: list[tuple[str, str]] = field(default_factory=list)
    _files: set[str] = field(default_factory=set)
    _select: str = ""
    _area: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def path(self, link: str) -> str:
        """Return the path and query of a link of this page; empty for another host or scheme."""
        try:
            parts = urlsplit(urljoin(f"http://site{self.address}", link))
        except ValueError:
            return ""
        if parts.netloc != "site" or parts.scheme != "http":
            return ""
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        for name in (_LINKS.get(tag, ""), "hx-get"):
            if told.get(name) and (path := self.path(told[name])):
                self.links.append(path)
        if "hx-post" in told and tag != "form":
            self.forms.append(Form("POST", self.path(told["hx-post"]), (), frozenset(), False))
        if tag == "form":
            self._open, self._fields, self._files = told, [], set()
        elif self._open is not None and told.get("name"):
            self._field(tag, told)
        elif tag == "option" and self._select and ("selected" in told or self._is_empty):
            self._fields.append((self._select, told.get("value", "")))

    @property
    def _is_empty(self) -> bool:
        return all(name != self._select for name, _ in self._fields)

    def _field(self, tag: str, told: dict[str, str]) -> None:
        kind = told.get("type", "")
        if tag == "select":
            self._select = told["name"]
        elif tag == "textarea":
            self._area = told["name"]
            self._fields.append((self._area, ""))
        elif kind == "file":
            self._files.add(told["name"])
            self._fields.append((told["name"], ""))
        elif kind not in ("radio", "checkbox") or "checked" in told:
            self._fields.append((told["name"], told.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, text = self._fields[-1]
            self._fields[-1] = (name, text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "form" and self._open is not None:
            told, self._open = self._open, None
            how = "POST" if "hx-post" in told or told.get("method", "").upper() == "POST" else "GET"
            action = self.path(told.get("action") or told.get("hx-post") or self.address)
            multipart = told.get("enctype") == "multipart/form-data"
            self.forms.append(Form(how, action, tuple(self._fields), frozenset(self._files), multipart))


def read_page(address: str, html: str) -> PageReader:
    """Return the links and the forms of a page at this address."""
    reader = PageReader(address)
    reader.feed(html)
    return reader
