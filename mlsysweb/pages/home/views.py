from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.answer import answer
from mlsysweb.registry import tools
from mlsysweb.show.forms.draw import form, subset
from mlsysweb.show.forms.page import Form
from mlsysweb.show.htmx import error_response, partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.miniatures import wall_pictures
from mlsysweb.show.results.page import Link
from mlsysweb.show.results.present import result_page
from mlsysweb.show.update_cache import cache_updates
from solvers.errors import InputErrors
from solvers.registry import solvers

from .present import home_page, live_roofline

LIVE = ("batch_size", "context_length")


@require_safe
@cache_updates
def home(request: HttpRequest) -> HttpResponse:
    """The home page."""
    roofline, url = solvers()["roofline"], reverse("home")
    wall = reverse("walls:wall", args=[roofline.name])
    text = {name: request.GET[name] for name in LIVE if name in request.GET}
    errors: dict[str, str] = {}
    try:
        result = answer(roofline, text)
    except InputErrors as bad:
        errors = bad.sentences
        result = answer(roofline, {})
    if wants_partial(request) and errors:
        return error_response(request, _drawn(text, errors, url))
    live = live_roofline(result_page(roofline, result, wall), result)
    if wants_partial(request):
        shown = render_to_string("home/_live.html", {"result": live})
        return partial_response(shown, f"{url}?{live.link.partition('?')[2]}")
    urls = {name: reverse("walls:wall", args=[name]) for name in solvers()}
    urls |= {url: reverse(url) for url, _ in tools()}
    links = tuple(Link(view.title, urls[url], title=view.summary) for url, view in tools())
    page = home_page(live, tuple(solvers().values()), urls, links, wall_pictures())
    return vary_on_htmx(
        render(
            request, "home/home.html", {"page": page, "form": _drawn(text, errors, url)}, status=422 if errors else 200
        )
    )


def _drawn(text: dict[str, str], errors: dict[str, str], url: str) -> Form:
    return subset(form(solvers()["roofline"], text, errors, choices, url), LIVE)
