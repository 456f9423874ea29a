"""Fetches a file of a model's repository, where the operator has set a hub: `MLSYSWEB_MODEL_HUB`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings

from solvers.errors import InputError

_TIMEOUT = 10
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_REFUSED = {
    401: "does not exist, or its files need an account: download config.json there and choose it here",
    403: "needs an account: download config.json there and choose it here",
    404: "has no such file, or does not exist",
}


@dataclass(frozen=True)
class HubFile:
    """A file of a repository and the commit it is of; empty where the hub does not say."""

    data: bytes
    commit: str


def repository_url(repository: str) -> str:
    """Return the address of a repository. Raise InputError for a name that is none."""
    if not _REPOSITORY.fullmatch(repository) or ".." in repository:
        raise InputError("repository", f"needs owner and name, such as Qwen/Qwen3-8B; {repository[:60]!r} is not that.")
    return f"{settings.MODEL_HUB}/{repository}"


def fetch(repository: str, name: str, most: int) -> HubFile:
    """Return at most `most` + 1 bytes of a file of a repository. Raise InputError."""
    address = f"{repository_url(repository)}/resolve/main/{name}"
    try:
        with urlopen(Request(address, headers={"User-Agent": "mlsysweb"}), timeout=_TIMEOUT) as response:
            commit = response.headers.get("X-Repo-Commit", "")
            return HubFile(response.read(most + 1), commit if re.fullmatch("[0-9a-f]{7,64}", commit) else "")
    except HTTPError as error:
        with error:
            why = _REFUSED.get(error.code, f"can't be read now: the hub answers {error.code}")
        raise InputError("repository", f"{repository} {why} ({name}).") from None
    except (OSError, HTTPException):
        raise InputError("repository", "can't be read: the hub does not answer. Choose the file instead.") from None
