from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mlsysweb.answer import validated
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import vary_on_htmx, wants_partial
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.fields import Output
from solvers.meta.sensitivity import Sensitivity, sensitivities
from solvers.registry import solvers

from .present import sensitivity_page

OUTPUT = "output-of"


@require_safe
def sensitivity(request: HttpRequest, name: str) -> HttpResponse:
    """The sensitivities of a wall's outputs to its inputs. Raise Http404."""
    solver = solvers().get(name)
    if solver is None:
        raise Http404(f"There is no wall called {name}.")
    text = query_text(request.GET)
    output = text.pop(OUTPUT, "") or first_output(solver)
    found, error = None, ""
    try:
        found = _sensitivity(solver, text, output)
    except InputErrors as bad:
        error = str(bad)
    query = urlencode(text)
    wall = reverse("walls:wall", args=[name])
    links = {
        other: f"{reverse('sensitivity:sensitivity', args=[name])}?{urlencode({**text, OUTPUT: other})}"
        for other, io in solver.outputs.items()
        if isinstance(io, Output)
    }
    page = sensitivity_page(solver, found, output, f"{wall}?{query}" if query else wall, links, error)
    template = "sensitivity/_sensitivity.html" if wants_partial(request) else "sensitivity/sensitivity.html"
    return vary_on_htmx(render(request, template, {"page": page}, status=422 if error else 200))


def first_output(solver: Solver[Any, Any]) -> str:
    """Return the first number of a wall's headline."""
    return next(name for name in solver.headline if isinstance(solver.outputs[name], Output))


def _sensitivity(solver: Solver[Any, Any], text: dict[str, str], output: str) -> Sensitivity:
    """Return the sensitivity of `output`. Raise InputErrors, also for incompatible values and for an output that does
    not exist."""
    _, known = validated(solver, text)
    try:
        return sensitivities(solver, known.point, output)
    except InputError as error:
        raise InputErrors([error]) from None
