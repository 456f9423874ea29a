from __future__ import annotations

import secrets

from django.core.validators import URLValidator
from django.db import models

from mlsysweb.classroom.models import ClassSession, Participant

_URL = URLValidator(schemes=["https", "http"])


def new_secret() -> str:
    """Return a new random text of 192 bits."""
    return secrets.token_urlsafe(24)


class Platform(models.Model):
    """A learning platform, such as a Moodle or Canvas of a university, as its administrator registered this site."""

    name = models.CharField(max_length=80)
    issuer = models.CharField(max_length=255, help_text="Platform ID, such as https://moodle.example.edu.")
    client_id = models.CharField(max_length=255, help_text="Client ID that the platform gave to this site.")
    deployments = models.CharField(max_length=1000, help_text="Deployment IDs, with spaces between.")
    auth_url = models.CharField("authentication request URL", max_length=500, validators=[_URL])
    token_url = models.CharField("access token URL", max_length=500, validators=[_URL])
    key_set_url = models.CharField("public keyset URL", max_length=500, validators=[_URL])
    token_audience = models.CharField(
        max_length=500, blank=True, help_text="Audience of a token request where it is not the access token URL."
    )

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=["issuer", "client_id"], name="one_platform_per_client")]

    def __str__(self) -> str:
        return self.name


class Launch(models.Model):
    """A launch under way. `state` and `nonce` were sent to the platform, and are good for one answer. `claims` are what
    is used of the signed token, once it has come; the redirect that follows has `ticket`."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="launches")
    state = models.CharField(max_length=40, unique=True, default=new_secret)
    nonce = models.CharField(max_length=40, default=new_secret)
    ticket = models.CharField(max_length=40, unique=True, default=new_secret)
    answered = models.BooleanField(default=False)
    claims = models.JSONField(default=dict)
    begun = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Launch from {self.platform}"


class PlatformLink(models.Model):
    """A link in a course of a platform, which opens a lesson: its number there, the lesson, the class that is held with
    it now, and the address of its column in the gradebook, empty where it has none."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="links")
    deployment = models.CharField(max_length=255)
    resource = models.CharField(max_length=255)
    title = models.CharField(max_length=200, blank=True)
    lesson = models.CharField(max_length=60, blank=True)
    session = models.ForeignKey(
        ClassSession, null=True, blank=True, on_delete=models.SET_NULL, related_name="platform_links"
    )
    leads = models.BooleanField(
        default=False, help_text="Whether the class was started with this link, so that its instructors lead it."
    )
    line_item = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "deployment", "resource"], name="one_link_per_resource")
        ]

    def __str__(self) -> str:
        return self.title or self.lesson


class PlatformStudent(models.Model):
    """A participant who came from a platform, with their number there. `sent` is the score that the platform has."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="platform_student")
    link = models.ForeignKey(PlatformLink, on_delete=models.CASCADE, related_name="students")
    user = models.CharField(max_length=255)
    sent = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.participant)
