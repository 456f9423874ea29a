"""The forms of courses: a new course, and an account that is made with a join link.

Django's own form of an account is all that is needed. django-allauth was considered and left out: its part beyond that
form is e-mail (verification, lost passwords), sign-in at other sites and a second factor, and this site sends no e-mail
and stores no address. It would add a table of addresses, a middleware and some twenty routes that answer nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import UserCreationForm, UsernameField
from django.contrib.auth.models import User

from mlsysweb.saved.scenarios.forms import SavableTextField

from .models import Course

if TYPE_CHECKING:
    AccountForm = UserCreationForm[User]
else:
    AccountForm = UserCreationForm

_NAME: int = Course._meta.get_field("name").max_length or 0
_TERM: int = Course._meta.get_field("term").max_length or 0


class CourseForm(forms.Form):
    """The name and the term of a new course. Errors continue a sentence that begins with the field's name."""

    name = SavableTextField(
        max_length=_NAME, error_messages={"required": "is missing: what the course is called, such as ML systems."}
    )
    term = SavableTextField(
        max_length=_TERM, error_messages={"required": "is missing: when it is held, such as Spring 2027."}
    )

    def clean(self) -> dict[str, Any]:
        """Replace runs of white space by a space."""
        return {name: " ".join(text.split()) for name, text in (super().clean() or self.cleaned_data).items()}


class RegistrationForm(AccountForm):
    """The username and the password of a new account."""

    class Meta:
        model = User
        fields = ("username",)
        field_classes = {"username": UsernameField}
