"""Checks the signed token of a launch and reads what is used of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jwt

from mlsysweb.saved.scenarios.text import without_control_characters

from .keys import ALGORITHM
from .models import Launch

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
_GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESOURCE, DEEP_LINK = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
_TEACHING = ("#Instructor", "#ContentDeveloper", "#TeachingAssistant", "#Administrator")
# Seconds by which the clocks of platform and site may differ, and those to wait for the platform's keys.
_LEEWAY, _TIMEOUT = 60, 10


class LaunchError(ValueError):
    """A launch that is refused; the message is a sentence."""


@lru_cache(64)
def _keys_of(url: str) -> jwt.PyJWKClient:
    """Return the keys of a platform. They are fetched once, and again for a key that is not among them."""
    return jwt.PyJWKClient(url, cache_keys=True, timeout=_TIMEOUT)


def read_token(launch: Launch, token: str) -> dict[str, Any]:
    """Return what is used of the token that answers a launch: `kind`, `deployment`, `user`, `name`, `teaches`,
    `resource`, `title`, `custom`, `line_item` and, of a deep link, `return_url` and `data`. Raise LaunchError."""
    platform = launch.platform
    try:
        key = _keys_of(platform.key_set_url).get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=platform.client_id,
            issuer=platform.issuer,
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "aud", "iss", "nonce"]},
        )
    except jwt.PyJWKClientConnectionError:
        raise LaunchError("The keys of the learning platform cannot be read now. Open the link again later.") from None
    except jwt.ExpiredSignatureError:
        raise LaunchError("The launch has expired. Open the link in the learning platform again.") from None
    except jwt.PyJWTError as wrong:
        raise LaunchError(f"The launch is not valid: {wrong}.") from None
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != platform.client_id:
        raise LaunchError("The launch is not valid: it was made for another tool.")
    if claims["nonce"] != launch.nonce:
        raise LaunchError("The launch is not valid: its nonce is not the one that was sent.")
    if claims.get(f"{_CLAIM}version") != "1.3.0":
        raise LaunchError("The launch is not valid: it is not of LTI 1.3.")
    if str(claims.get(f"{_CLAIM}deployment_id")) not in platform.deployments.split():
        raise LaunchError("The deployment of this launch is not registered here. Ask the operator of this site.")
    return _used(claims)


def _used(claims: Mapping[str, Any]) -> dict[str, Any]:
    kind = claims.get(f"{_CLAIM}message_type")
    if kind not in (RESOURCE, DEEP_LINK):
        raise LaunchError(f"A launch of the kind '{str(kind)[:40]}' is not supported.")
    roles = claims.get(f"{_CLAIM}roles")
    resource, custom = _table(claims, f"{_CLAIM}resource_link"), _table(claims, f"{_CLAIM}custom")
    deep, grades = _table(claims, _DEEP), _table(claims, _GRADES)
    may_score = SCORE_SCOPE in (grades.get("scope") or ())
    used = {
        "kind": kind,
        "deployment": str(claims[f"{_CLAIM}deployment_id"]),
        "user": _text(claims.get("sub"), 255),
        "name": _text(claims.get("name"), 200),
        "teaches": any(str(role).endswith(_TEACHING) for role in (roles if isinstance(roles, list) else ())),
        "resource": _text(resource.get("id"), 255),
        "title": _text(resource.get("title"), 200),
        "custom": {name: _text(value, 60) for name, value in custom.items() if name in ("lesson", "class")},
        "line_item": _text(grades.get("lineitem"), 1000) if may_score else "",
        "return_url": _text(deep.get("deep_link_return_url"), 2000),
        "data": None if deep.get("data") is None else _text(deep["data"], 10_000),
    }
    if kind == RESOURCE and not (used["resource"] and used["user"]):
        raise LaunchError("The launch is not valid: it names no link or no user.")
    if kind == DEEP_LINK and not used["return_url"].startswith(("https://", "http://")):
        raise LaunchError("The launch is not valid: it names no address to return to.")
    return used


def _text(value: Any, most: int) -> str:
    """Return a value as text that every database can store."""
    return without_control_characters(str(value or ""))[:most]


def _table(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    return value if isinstance(value, Mapping) else {}
