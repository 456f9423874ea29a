from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models


def new_join_key() -> str:
    """Return a new secret key of 160 bits for a join link."""
    return secrets.token_urlsafe(20)


class Course(models.Model):
    """A class that lasts for a term. Its members are those of its group, to which scenarios can be shown; the
    instructor is one of them. Accounts become members by the join link while the course is open."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="course")
    name = models.CharField(max_length=80)
    term = models.CharField(max_length=40)
    instructor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="courses_taught"
    )
    join_key = models.CharField(max_length=40, unique=True, default=new_join_key)
    open = models.BooleanField(default=True, help_text="Whether the join link takes further members.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.name}, {self.term}"
