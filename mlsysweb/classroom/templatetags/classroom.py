"""Template filters of question forms: the fields as they were sent."""

from __future__ import annotations

from django import template

from mlsysweb.classroom.lessons.page import QuestionView

register = template.Library()


@register.filter
def typed(view: QuestionView, name: str) -> str:
    """Return the text of a field as it was sent; empty where it was not."""
    return dict(view.typed).get(name, "")


@register.filter
def typed_place(view: QuestionView, number: int) -> int:
    """Return the place given to an item of a ranking; 0 where none was."""
    text = typed(view, f"place-{number}")
    return int(text) if text.isdecimal() and len(text) < 4 else 0
