from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mlsysweb.answer import answer
from mlsysweb.results.present import result_page
from solvers.registry import solvers

from .present import home_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    roofline = solvers()["roofline"]
    wall = reverse("workbench:wall", args=[roofline.name])
    live = result_page(roofline, answer(roofline, {}), wall)
    urls = {name: reverse("workbench:wall", args=[name]) for name in solvers()}
    return render(request, "home/home.html", {"page": home_page(live, tuple(solvers().values()), urls)})
