"""Reads the form: the config as a file, as text or by the name of its repository, and what it is compared with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from solvers.errors import InputError
from solvers.model_config import stated_parameters
from solvers.quantities import to_si

from .hub import fetch, repository_url

MAX_BYTES = 4_000_000
MOST_NAME = 100
# The index of a large model has an entry for each of its tensors.
_MAX_INDEX = 16_000_000


class ConfigRefused(Exception):
    """The sentences on a form that can't be answered."""


@dataclass(frozen=True)
class SentConfig:
    """A config that was sent: the object, its name, the parameters to compare with, and where it comes from; `remark`
    says why an index gives none."""

    config: Any
    name: str
    stated: float | None
    source: str
    url: str = ""
    remark: str = ""


def may_add(request: HttpRequest) -> bool:
    """Return whether the user may add models to the catalog."""
    return bool(request.user.is_staff and request.user.has_perm("catalog.add_model"))


def may_fetch(request: HttpRequest) -> bool:
    """Return whether the user may name a repository to read from the hub."""
    return bool(settings.MODEL_HUB) and may_add(request)


def sent_text(request: HttpRequest) -> bytes:
    """Return the file, or the text if there is none; of a larger one not all."""
    file = request.FILES.get("file")
    return file.read(MAX_BYTES + 1) if file else request.POST.get("config", "").encode("utf-8", "replace")


def sent_config(request: HttpRequest, data: bytes) -> SentConfig:
    """Return the config of a form, whose file or text is `data`. Raise ConfigRefused."""
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:MOST_NAME]
    repository = request.POST.get("repository", "").strip() if may_fetch(request) else ""
    index = file.read(_MAX_INDEX + 1) if (file := request.FILES.get("index")) else b""
    source, url = f"config.json of {name}" if name else "", ""
    if repository and not data.strip():
        try:
            found = fetch(repository, "config.json", MAX_BYTES)
        except InputError as error:
            raise ConfigRefused(f"Repository: {error.sentence}") from None
        data, url = found.data, repository_url(repository)
        index = index or _index(repository)
        source = f"config.json of {repository}" + (f", revision {found.commit[:10]}" if found.commit else "")
        name = name or repository.partition("/")[2][:MOST_NAME]
    config = _json(data, "config.json", MAX_BYTES)
    if not isinstance(config, dict):
        raise ConfigRefused("config: needs the JSON object of a config.json.")
    stated, errors, remark = _stated(request, config, index)
    if errors:
        raise ConfigRefused(*errors)
    return SentConfig(config, name, stated, source, url, remark)


def _index(repository: str) -> bytes:
    """Return the index of the weights of a repository; empty where it has none: then all are in one file."""
    try:
        return fetch(repository, "model.safetensors.index.json", _MAX_INDEX).data
    except InputError:
        return b""


def _stated(request: HttpRequest, config: Any, index: bytes) -> tuple[float | None, list[str], str]:
    """Return the parameters to compare with, the errors, and why an index gives none. What was typed comes first."""
    total = request.POST.get("total", "").strip()
    try:
        if total:
            stated = to_si("total", total, "1")
            if stated <= 0:
                raise InputError("total", f"must be above 0; {total[:40]} is not.")
            return stated, [], ""
    except InputError as error:
        return None, [f"Stated parameters: {error.sentence}"], ""
    if not index:
        return None, [], ""
    try:
        return stated_parameters(_json(index, "model.safetensors.index.json", _MAX_INDEX), config), [], ""
    except ConfigRefused as refused:
        return None, list(refused.args), ""
    except InputError as error:
        return None, [], f"No comparison: the index {error.sentence}"


def _json(data: bytes, name: str, most: int) -> Any:
    """Return JSON that was sent. Raise ConfigRefused."""
    if len(data) > most:
        raise ConfigRefused(f"{name}: has more than {most / 1e6:g} MB.")
    if not data.strip():
        raise ConfigRefused(f"{name}: paste its text or choose the file.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ConfigRefused(f"{name}: can't be read as JSON: {str(error)[:120]}.") from None
