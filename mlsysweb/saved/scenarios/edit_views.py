"""The views by which owners change what they wrote, and others make a copy of their own."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .forms import ScenarioForm
from .models import Scenario, Version
from .people import classes, may_see, owns, visitor
from .store import numbered
from .views import scenario_response

# Whose inputs are being changed: in the session, so that the page they are changed on needs to know nothing of it.
CHANGING = "changing"


def get_owned_or_404(request: HttpRequest, id: str) -> Scenario:
    """The scenario, for its owner. To others it might as well not be there to change."""
    scenario = get_object_or_404(Scenario, pk=id)
    if not owns(request, scenario):
        raise Http404("There is no such scenario of yours.")
    return scenario


@require_POST
def edit(request: HttpRequest, id: str) -> HttpResponse:
    """Saves title, notes, tags and visibility, or returns the form with what is wrong."""
    scenario = get_owned_or_404(request, id)
    form = ScenarioForm(request.POST, instance=get_owned_or_404(request, id), classes=classes(request))
    if not form.is_valid():
        return scenario_response(request, scenario, scenario.latest, form=form, status=422)
    if not form.save_unless_changed():
        scenario.refresh_from_db()
        conflict, form = tuple(form.differences(scenario)), form.over(scenario, classes(request))
        return scenario_response(request, scenario, scenario.latest, form=form, conflict=conflict, status=409)
    return redirect(scenario)


@require_POST
def fork(request: HttpRequest, id: str) -> HttpResponse:
    """A copy of the version shown, for whoever asks, to change as they like. It is shown to the same people as what it
    was forked from, until its new owner says otherwise."""
    parent = get_object_or_404(Scenario, pk=id)
    if not may_see(request, parent):
        raise Http404("There is no such scenario, or it is not shown to you.")
    version = numbered(parent, request.POST.get("version", ""))
    with transaction.atomic():
        copy = Scenario.objects.create(
            path=parent.path,
            solver=parent.solver,
            title=parent.title,
            notes=parent.notes,
            parent=parent,
            parent_version=version.number,
            visibility=parent.visibility,
            group=parent.group,
            session=visitor(request),
            owner=request.user if request.user.is_authenticated else None,
        )
        copy.tags.set(parent.tags.all())
        Version.objects.create(
            scenario=copy,
            number=1,
            solver_version=version.solver_version,
            question=version.question,
            snapshot=version.snapshot,
            result=version.result,
            said=version.said,
        )
    return redirect(copy)


@require_safe
def change(request: HttpRequest, id: str) -> HttpResponse:
    """To the live page with the inputs that were kept; what is saved there may become a new version."""
    scenario = get_owned_or_404(request, id)
    request.session[CHANGING] = scenario.pk
    return redirect(scenario.latest.address)


@require_POST
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Moves a scenario to the deleted ones, from which its owner can restore it."""
    scenario = get_owned_or_404(request, id)
    scenario.deleted = timezone.now()
    scenario.save(update_fields=["deleted"])
    return redirect(f"{reverse('scenarios:mine')}?deleted={scenario.pk}")


@require_POST
def restore(request: HttpRequest, id: str) -> HttpResponse:
    """Restores a deleted scenario."""
    scenario = get_owned_or_404(request, id)
    scenario.deleted = None
    scenario.save(update_fields=["deleted"])
    return redirect(scenario)
