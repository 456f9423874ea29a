from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from solvers.errors import InputErrors
from solvers.model_config import ConfigReading, read_config

from .page import ConfigPage, ConfigResult
from .present import config_result, saved_values
from .sent import MAX_BYTES, MOST_NAME, ConfigRefused, SentConfig, may_add, may_fetch, sent_config, sent_text

# A longer text is not shown in the form again.
_MOST_SHOWN = 200_000


@require_http_methods(["GET", "HEAD", "POST"])
def model_config(request: HttpRequest) -> HttpResponse:
    """The form, and the reading of the config that was sent. Nothing is stored."""
    result, errors, text = None, (), ""
    if request.method == "POST":
        data = sent_text(request)
        text = data.decode("utf-8", "replace") if len(data) <= _MOST_SHOWN else ""
        try:
            result = _result(request, sent_config(request, data))
        except ConfigRefused as refused:
            errors = refused.args
    page = ConfigPage(
        title="Model from config.json",
        text=text,
        name=request.POST.get("name", "")[:MOST_NAME],
        total=request.POST.get("total", "")[:40],
        errors=errors,
        result=result,
        models=reverse("catalog:table", args=["models"]),
        most=f"{MAX_BYTES / 1e6:g} MB",
        by_name=may_fetch(request),
        repository=request.POST.get("repository", "")[:200],
    )
    return render(request, "model_config/model_config.html", {"page": page}, status=422 if errors else 200)


def _result(request: HttpRequest, sent: SentConfig) -> ConfigResult:
    """Return the result of a config that was sent. Raise ConfigRefused."""
    try:
        reading = read_config(sent.config)
    except InputErrors as wrong:
        raise ConfigRefused(*(f"{error.field[:60]}: {error.sentence}" for error in wrong.errors)) from None
    return config_result(reading, sent.name, sent.stated, _save(request, reading, sent), sent.remark)


def _save(request: HttpRequest, reading: ConfigReading, sent: SentConfig) -> str:
    """Return the address of the admin's form, filled in; empty for those who may not add models."""
    if not may_add(request):
        return ""
    values = saved_values(reading, sent.name, f"{timezone.now():%Y-%m}", sent.source, sent.url)
    return f"{reverse('admin:catalog_model_add')}?{urlencode(values)}"
