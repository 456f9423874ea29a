"""Visitors: a user account or, before sign-in, a browser session. What a visitor saves or starts belongs to both, so
that it is still theirs after signing in. And the network address a request is sent from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol, TypedDict

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils.crypto import get_random_string

# A value in the session rather than its key, which changes at login.
_VISITOR = "visitor"
# The catalog that this browser has chosen, in the session: a group, or a word for the shared one.
_CATALOG = "catalog"
# The attribute of a request with the name of the token it acts with.
_TOKEN = "mlsysweb_token"


class Owned(Protocol):
    """A row that belongs to a visitor."""

    owner_id: int | None
    session: str


class Ownership(TypedDict):
    """The columns of an owned row."""

    session: str
    owner: AbstractBaseUser | None


def visitor(request: HttpRequest) -> str:
    """Return the id of this browser; create it if there is none yet. Its session then lasts for the whole term
    again."""
    request.session.modified = True
    if _VISITOR not in request.session:
        request.session[_VISITOR] = get_random_string(12)
    return str(request.session[_VISITOR])


def act_for(request: HttpRequest, user: AbstractBaseUser, name: str) -> None:
    """Let a request without a session act for an account. `name` is that of its token, by which limits count it."""
    request.user = user  # type: ignore[assignment]
    setattr(request, _TOKEN, name)


def token_of(request: HttpRequest) -> str:
    """Return the name of the token that the request acts with, or an empty string."""
    return str(getattr(request, _TOKEN, ""))


def known_visitor(request: HttpRequest) -> str:
    """Return the id of this browser, or an empty string if it has none or the request acts with a token."""
    if token_of(request):
        return ""
    return str(request.session.get(_VISITOR, ""))


def ownership(request: HttpRequest) -> Ownership:
    """Return the columns of a row that this visitor creates."""
    owner = request.user if request.user.is_authenticated else None
    return {"session": "" if token_of(request) else visitor(request), "owner": owner}


def owns(request: HttpRequest, row: Owned) -> bool:
    """Return whether the row belongs to this user, or to this browser before login."""
    if row.owner_id is not None:
        return bool(row.owner_id == request.user.pk)
    return bool(row.session) and row.session == known_visitor(request)


def owned_by(request: HttpRequest) -> Q:
    """Return the condition that a row belongs to this visitor, as in `owns`; an empty one matches no row."""
    if request.user.is_authenticated:
        return Q(owner=request.user)
    name = known_visitor(request)
    return Q(owner=None, session=name) if name else Q(pk__in=())


def claim_rows(model: type[Model], request: HttpRequest, user: AbstractBaseUser) -> None:
    """Assign the rows that this browser created before login to the user."""
    name = known_visitor(request)
    if name:
        rows: Any = model._default_manager.filter(owner=None, session=name)
        rows.update(owner=user)


def choose_catalog(request: HttpRequest, choice: int | str) -> None:
    """Let this browser see the catalog of a course, by its group, from now on. Whether it may is checked at each
    request."""
    request.session[_CATALOG] = choice


def chosen_catalog(request: HttpRequest) -> int | str | None:
    """Return the choice of this browser; None where there is none."""
    chosen: int | str | None = request.session.get(_CATALOG)
    return chosen


def shorten_session(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """End the session of an account earlier than that of a browser without one. Receives `user_logged_in`."""
    request.session.set_expiry(settings.ACCOUNT_SESSION_AGE)


def address(request: HttpRequest) -> str | None:
    """Return the network address of the client: that of the connection or, behind a number of proxies (`PROXIES`), the
    one that the outermost of them reported in `X-Forwarded-For`; None if it has none. Of an IPv6 address only the first
    64 bits, since one client may use any address that begins with them."""
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    seen.append(request.META.get("REMOTE_ADDR", ""))
    text = seen[-1 - settings.PROXIES] if len(seen) > settings.PROXIES else seen[0]
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
