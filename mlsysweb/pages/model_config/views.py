from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from solvers.errors import InputError, InputErrors
from solvers.model_config import ConfigReading, read_config
from solvers.quantities import to_si

from .page import ConfigPage, ConfigResult
from .present import config_result, saved_values

MAX_BYTES = 4_000_000
_MOST_NAME = 100
# A longer text is not shown in the form again.
_MOST_SHOWN = 200_000


class _Refused(Exception):
    """The sentences on a form that can't be answered."""


@require_http_methods(["GET", "HEAD", "POST"])
def model_config(request: HttpRequest) -> HttpResponse:
    """The form, and the reading of the config that was sent. Nothing is stored."""
    result, errors, text = None, (), ""
    if request.method == "POST":
        data = _sent(request)
        text = data.decode("utf-8", "replace") if len(data) <= _MOST_SHOWN else ""
        try:
            result = _result(request, data)
        except _Refused as refused:
            errors = refused.args
    page = ConfigPage(
        title="Model from config.json",
        text=text,
        name=request.POST.get("name", "")[:_MOST_NAME],
        total=request.POST.get("total", "")[:40],
        errors=errors,
        result=result,
        models=reverse("catalog:table", args=["models"]),
        most=f"{MAX_BYTES / 1e6:g} MB",
    )
    return render(request, "model_config/model_config.html", {"page": page}, status=422 if errors else 200)


def _result(request: HttpRequest, data: bytes) -> ConfigResult:
    """Return the result of the form that was sent. Raise _Refused."""
    config, total = _config(data), request.POST.get("total", "").strip()
    errors = []
    try:
        stated = to_si("total", total, "1") if total else None
        if stated is not None and stated <= 0:
            raise InputError("total", f"must be above 0; {total[:40]} is not.")
    except InputError as error:
        errors.append(f"Stated parameters: {error.sentence}")
        stated = None
    try:
        reading = read_config(config)
    except InputErrors as wrong:
        raise _Refused(*errors, *(f"{error.field[:60]}: {error.sentence}" for error in wrong.errors)) from None
    if errors:
        raise _Refused(*errors)
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:_MOST_NAME]
    return config_result(reading, name, stated, _save(request, reading, name))


def _sent(request: HttpRequest) -> bytes:
    """Return the file, or the text if there is none; of a larger one not all."""
    file = request.FILES.get("file")
    return file.read(MAX_BYTES + 1) if file else request.POST.get("config", "").encode("utf-8", "replace")


def _config(data: bytes) -> Any:
    """Return the JSON that was sent. Raise _Refused."""
    if len(data) > MAX_BYTES:
        raise _Refused(f"config.json: has more than {MAX_BYTES / 1e6:g} MB.")
    if not data.strip():
        raise _Refused("config.json: paste its text or choose the file.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _Refused(f"config.json: can't be read as JSON: {str(error)[:120]}.") from None


def _save(request: HttpRequest, reading: ConfigReading, name: str) -> str:
    """Return the address of the admin's form, filled in; empty for those who may not add models."""
    if not (request.user.is_staff and request.user.has_perm("catalog.add_model")):
        return ""
    values = saved_values(reading, name, f"{timezone.now():%Y-%m}")
    return f"{reverse('admin:catalog_model_add')}?{urlencode(values)}"
