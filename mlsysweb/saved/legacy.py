"""Pages that earlier versions saved as HTML, before pages were saved as data: made fit for today's style sheets.

What is stored never changes; classes and ids that were renamed since are renamed on reading, here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# Classes as they were stored, and as the style sheets and templates name them today. A class that is renamed later gets
# a line here if a partial that could be saved (`templates/<page>/_<target>.html`) had it before 28 November 2026.
RENAMED_CLASSES = {
    "against": "candidate-verdict",
    "bands": "map-legend",
    "beside": "verdict-note",
    "binds": "bottleneck",
    "brief": "requirements",
    "findings": "result-details",
    "gaps": "missing-inputs",
    "glance": "result-summary",
    "grip": "brush-overlay",
    "kept": "selected",
    "keys": "key-figures",
    "mark": "badge",
    "measure": "prose",
    "quiet": "btn-ghost",
    "ranked": "ranking",
    "side": "comparison-row",
    "sides": "comparison",
    "strain": "utilization",
    "strains": "wall-list",
    "thread": "polyline",
    "told": "claim-body",
    "turn": "pagination",
    "upright": "axis",
    "ways": "related-links",
    "words": "wrap",
    "world": "world-map",
}
RENAMED_IDS = {"found": "results", "world-words": "world-label"}

# Quotation marks of text are escaped in stored HTML, in the JSON of its figures too: this finds attributes alone.
_ATTRIBUTE = re.compile(r'(?<=\s)(class|id)="([^"]*)"')
_RENAMED = {"class": RENAMED_CLASSES, "id": RENAMED_IDS}


def legacy_html(kept: Mapping[str, Any]) -> SafeString:
    """The stored HTML with today's classes and ids. The one place where stored markup is shown as markup: it was
    rendered by our templates and had the token of its forms taken out; templates show it under `hx-disable`.

    Text that is no fragment of a page, such as a CSV file whose address was saved, is returned as preformatted text.
    """
    html = str(kept["shown"])
    if html.lstrip().startswith("<section ") and html.rstrip().endswith("</section>"):
        return mark_safe(with_current_names(html))
    return format_html('<pre role="region" aria-label="The saved text" tabindex="0">{}</pre>', html)


def with_current_names(html: str) -> str:
    """The HTML with today's names for classes and ids that were renamed since it was stored."""
    return _ATTRIBUTE.sub(_renamed, html)


def _renamed(attribute: re.Match[str]) -> str:
    name, value = attribute.groups()
    return f'{name}="{" ".join(_RENAMED[name].get(word, word) for word in value.split())}"'
