"""Template filters of question forms, the fields as they were sent, and of addresses."""

from __future__ import annotations

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from mlsysweb.classroom.lessons.page import QuestionView

register = template.Library()


@register.filter
def typed(view: QuestionView, name: str) -> str:
    """Return the text of a field as it was sent; empty where it was not."""
    return dict(view.typed).get(name, "")


@register.filter
def typed_number(view: QuestionView, name: str) -> int | None:
    """Return the whole number that was sent in a field, such as that of an option; None where none was."""
    text = typed(view, name)
    return int(text) if text.isdecimal() and len(text) < 4 else None


@register.filter
def typed_place(view: QuestionView, number: int) -> int | None:
    """Return the place given to an item of a ranking; None where none was."""
    return typed_number(view, f"place-{number}")


@register.filter
def breakable(address: str) -> SafeString:
    """Return an address that breaks after a dot or before a slash."""
    return mark_safe(escape(address).replace("/", "<wbr>/").replace(".", ".<wbr>"))
