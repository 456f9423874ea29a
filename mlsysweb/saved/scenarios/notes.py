"""Renders notes in Markdown as HTML that is safe to show to others."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
# Text, lists, tables, links and code. No images: loading one would tell another host who reads the notes.
_TAGS = {
    "p",
    "br",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "hr",
    "h3",
    "h4",
    "h5",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
# The page itself uses the first two levels of headings.
_LOWERED = {"h1": "h3", "h2": "h4", "h3": "h5"}


def as_html(markdown: str) -> str:
    """Return notes as sanitized HTML."""
    tokens = _MARKDOWN.parse(markdown)
    for token in tokens:
        token.tag = _LOWERED.get(token.tag, token.tag)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return nh3.clean(html, tags=_TAGS, attributes={"a": {"href", "title"}}, url_schemes={"http", "https", "mailto"})
