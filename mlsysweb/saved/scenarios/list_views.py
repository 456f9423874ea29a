"""The list of a user's saved scenarios, searchable by words, page, tag and class."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mlsysweb.show.htmx import partial_response, vary_on_htmx, wants_partial
from mlsysweb.show.results.page import Link

from .capture import display_name
from .ids import is_id
from .models import Scenario, Tag, Version
from .page import SelectOption
from .people import classes, scenarios_of
from .present_list import ListFilter, list_page
from .text import control_character

_A_PAGE = 50


@require_safe
def my_scenarios(request: HttpRequest) -> HttpResponse:
    """The scenarios that this visitor saved, searched, filtered and paginated."""
    filters = ListFilter.of(request.GET.dict())
    own = scenarios_of(request)
    scenarios = _matching(own.filter(deleted=None), filters).prefetch_related("tags").select_related("group")
    # The verdict only: complete answers are some hundred kilobytes each.
    latest = Version.objects.filter(scenario=OuterRef("pk")).order_by("-number").values("said")[:1]
    shown = Paginator(scenarios.annotate(said=Subquery(latest)), _A_PAGE).get_page(filters.page)
    rows = [(each, display_name(each.solver), each.said) for each in shown]
    deleted = request.GET.get("deleted", "")
    gone = own.filter(pk=deleted, deleted__isnull=False).first() if is_id(deleted) else None
    page = list_page(
        rows,
        shown,
        filters,
        url=reverse("scenarios:mine"),
        choices=_choices(request, own),
        gone=Link(gone.title, reverse("scenarios:restore", args=[gone.pk])) if gone else None,
    )
    if wants_partial(request):
        response = render(request, "scenarios/_list.html", {"page": page})
        return partial_response(response.content.decode(), page.url)
    return vary_on_htmx(render(request, "scenarios/my_scenarios.html", {"page": page}))


def _matching(scenarios: QuerySet[Scenario], filters: ListFilter) -> QuerySet[Scenario]:
    for word in filters.sought:
        # A subquery for each word: joins would multiply the rows by the number of tags, once per word.
        tagged = Exists(Tag.objects.filter(scenarios=OuterRef("pk"), name__icontains=word))
        scenarios = scenarios.filter(Q(title__icontains=word) | Q(notes__icontains=word) | tagged)
    if control_character(filters.kind + filters.tag):
        return scenarios.none()
    if filters.kind:
        scenarios = scenarios.filter(solver=filters.kind)
    if filters.tag:
        scenarios = scenarios.filter(tags__name=filters.tag)
    if filters.group:
        scenarios = scenarios.filter(group_id=filters.group)
    return scenarios


def _choices(request: HttpRequest, own: QuerySet[Scenario]) -> dict[str, list[SelectOption]]:
    """Return the options of each filter that occur among the user's scenarios."""
    kinds = own.filter(deleted=None).order_by("solver").values_list("solver", flat=True).distinct()
    tags = Tag.objects.filter(scenarios__in=own.filter(deleted=None)).distinct().values_list("name", flat=True)
    return {
        "kind": [SelectOption(kind, display_name(kind)) for kind in kinds],
        "tag": [SelectOption(tag, tag) for tag in tags],
        "group": [SelectOption(str(group.pk), group.name) for group in classes(request)],
    }
