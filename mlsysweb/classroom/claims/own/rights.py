"""Rights to read and change an own claim: the owner, and once it is shared, anyone with its link to read it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from mlsysweb.classroom.models import AuthoredClaim
from mlsysweb.saved.scenarios.ids import is_id
from mlsysweb.visitors import claim_rows, owned_by, owns


def own_claims(request: HttpRequest) -> QuerySet[AuthoredClaim]:
    """Return the claims of this visitor."""
    return AuthoredClaim.objects.filter(owned_by(request), deleted=None)


def readable_or_404(request: HttpRequest, id: str) -> AuthoredClaim:
    """Return a claim that this visitor may read. Raise Http404 for a private one of others, and for a deleted one."""
    claim = AuthoredClaim.objects.filter(pk=id, deleted=None).first() if is_id(id) else None
    if claim is None or not (claim.shared or owns(request, claim)):
        raise Http404("There is no such claim, or it is not shared.")
    return claim


def owned_or_404(request: HttpRequest, id: str) -> AuthoredClaim:
    """Return a claim to its owner, also a deleted one. Raise Http404 for others."""
    claim = AuthoredClaim.objects.filter(pk=id).first() if is_id(id) else None
    if claim is None or not owns(request, claim):
        raise Http404("There is no such claim of yours.")
    return claim


def claim_on_login(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Assign the claims of this browser to the user. Receives `user_logged_in`."""
    claim_rows(AuthoredClaim, request, user)
