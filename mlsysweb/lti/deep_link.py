"""The answer to a deep link: the item that the platform adds to its course."""

from __future__ import annotations

import time
from typing import Any

from .keys import signed
from .models import Platform, new_secret

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_VALID = 600
# Participation is sent as a percentage.
MOST_SCORE = 100


def item(title: str, url: str, custom: dict[str, str]) -> dict[str, Any]:
    """Return a link that opens in a window of its own, with a column in the gradebook."""
    return {
        "type": "ltiResourceLink",
        "title": title,
        "url": url,
        "custom": custom,
        "window": {"targetName": "_blank"},
        "lineItem": {"label": title, "scoreMaximum": MOST_SCORE, "resourceId": "participation"},
    }


def deep_link_response(platform: Platform, deployment: str, data: Any, items: list[dict[str, Any]]) -> str:
    """Return the signed answer with these items."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": now,
        "exp": now + _VALID,
        "nonce": new_secret(),
        f"{_CLAIM}deployment_id": deployment,
        f"{_CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{_CLAIM}version": "1.3.0",
        f"{_DEEP}content_items": items,
    }
    if data is not None:
        claims[f"{_DEEP}data"] = data
    return signed(claims)
