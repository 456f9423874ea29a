from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices, find
from mlsysweb.forms.draw import controls, preset_links
from mlsysweb.htmx import refused, updated, varies, wants_partial
from mlsysweb.results.question import asked_of
from solvers.errors import InputErrors
from solvers.pipeline import run
from solvers.pipeline.places import DESCRIPTION
from solvers.pipeline.system import whole_system
from solvers.registry import solvers

from .page import SystemPage
from .present import system_page


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    described, url = solvers()[DESCRIPTION], reverse("system:system")
    text = {name: request.GET[name] for name in described.inputs if request.GET.get(name)}
    page, errors = None, {}
    try:
        page = _answered(text, url)
    except InputErrors as bad:
        errors = {_field(error.field): error.sentence for error in bad.errors}
    form = controls(described.inputs, text, errors, choices, url)
    if not wants_partial(request):
        seen = {"page": page, "form": form, "title": described.title}
        return varies(render(request, "system/system.html", seen, status=422 if errors else 200))
    said = render_to_string("shared/_errors.html", {"form": form}, request)
    if page is None:
        return refused(said)
    return updated(render_to_string("system/_walls.html", {"page": page}, request) + said, page.url)


def _answered(text: dict[str, str], url: str) -> SystemPage:
    """Raises InputErrors, each with the stage its field belongs to."""
    chain = whole_system()
    given = {f"{DESCRIPTION}.{name}": value for name, value in text.items()}
    results = run(chain, given, _row).results
    links = {
        stage.name: f"{reverse('workbench:wall', args=[stage.name])}?{urlencode(asked_of(chain, stage, results, text))}"
        for stage in chain.stages
    }
    presets = preset_links(solvers()[DESCRIPTION], text, url)
    return system_page(results, links, tuple(presets), f"{url}?{urlencode(text)}" if text else url)


def _field(name: str) -> str:
    """The description's field where a wall complains of what it took from there; else the wall's own, in full."""
    own = name.partition(".")[2]
    return own if own in solvers()[DESCRIPTION].inputs else name


def _row(kind: type[Any], name: str) -> Any:
    return find(kind, name, kind.__name__.lower()).spec
