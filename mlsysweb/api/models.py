from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import timezone

from mlsysweb.api.operation import Scope

# Tells a token from other secrets, for programs that look for secrets in files.
PREFIX = "mlsys_"
_SHOWN = len(PREFIX) + 4


def digest_of(secret: str) -> str:
    """Return the hash under which a token is stored. One round is enough: the secret has 256 random bits."""
    return sha256(secret.encode()).hexdigest()


class ApiToken(models.Model):
    """A token with which a program acts for an account, within its scopes, until it expires or is revoked. The secret
    itself is not stored."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    beginning = models.CharField(max_length=16, editable=False, help_text="The first characters, to tell it apart.")
    scopes = models.JSONField(help_text="A list of read, solve and scenarios.")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True, help_text="When it was last used, to within an hour.")

    class Meta:
        ordering = ("-created",)
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @classmethod
    def make(cls, owner: int, name: str, scopes: tuple[Scope, ...], days: int) -> tuple[ApiToken, str]:
        """Return a new token of the account with the key `owner`, and its secret, which cannot be read again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        token = cls.objects.create(
            owner_id=owner,
            name=name,
            digest=digest_of(secret),
            beginning=secret[:_SHOWN],
            scopes=[str(scope) for scope in scopes],
            expires=timezone.now() + timedelta(days=days),
        )
        return token, secret

    def is_expired(self, now: datetime) -> bool:
        """Return whether the token is no longer valid at that time."""
        return self.expires <= now
