from __future__ import annotations

from django.contrib.auth.models import Group
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.saved.answers import open_version
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.catalog_paths import row_path
from mlsysweb.show.refusal import RefusalPage, limit_posts, refused
from mlsysweb.show.results.course_rows import course_sentences
from mlsysweb.show.results.page import Link, ResultPage
from mlsysweb.show.results.present import result_page
from mlsysweb.visitors import owns
from solvers.errors import InputErrors
from solvers.registry import solvers

from .calibrations import PAGE as CALIBRATE
from .capture import Address, NotSavable, capture, display_name
from .drift import drift
from .forms import ScenarioForm, title_problem
from .ids import is_id
from .models import Scenario, Version, Visibility
from .notes import as_html
from .page import AboutScenario, SelectOption
from .people import classes, may_see
from .present import SavedMeta, saved_page
from .present_drift import banner
from .store import add_version, created, note_opened


@require_POST
@limit_posts("save", "Not saved")
def save(request: HttpRequest) -> HttpResponse:
    """Save the page that the form was sent from, as a new scenario or a new version of one."""
    saved = saved_page_or_response(request)
    return redirect(saved) if isinstance(saved, Scenario) else saved


def saved_page_or_response(request: HttpRequest) -> Scenario | HttpResponse:
    """Return the scenario that a sent form of the Share menu was saved as, or the response that says why it was not.
    Raise LimitExceeded."""
    address, title, of = (request.POST.get(name, "") for name in ("page", "title", "version_of"))
    try:
        saved = capture(address)
    except NotSavable as refused:
        return _refused(request, str(refused), reverse("home"))
    except InputErrors:
        return redirect(str(Address.of(address)))  # the page shows the errors beside its fields
    if problem := title_problem(title):
        return _refused(request, f"The name {problem}", str(Address.of(address)))
    earlier = Scenario.objects.filter(pk=of, path=saved.path, deleted=None).first() if is_id(of) else None
    if earlier is not None and owns(request, earlier):
        add_version(request, earlier, saved)
        return earlier
    return created(request, saved, title)


def _refused(request: HttpRequest, problem: str, back: str) -> HttpResponse:
    return refused(request, RefusalPage("Not saved", problem, back), 422)


@require_safe
def scenario(request: HttpRequest, id: str, number: int | None = None) -> HttpResponse:
    """A saved scenario: its latest version, or the one with this number. Raise Http404."""
    kept = get_visible_or_404(request, id)
    version = kept.latest if number is None else get_object_or_404(Version, scenario=kept, number=number)
    return scenario_response(request, kept, version)


def get_visible_or_404(request: HttpRequest, id: str) -> Scenario:
    """Return the scenario, if this user may see it. Raise Http404."""
    kept = get_object_or_404(Scenario.objects.select_related("parent", "group"), pk=id)
    if not may_see(request, kept):
        raise Http404("There is no such scenario, or it is not shown to you.")
    note_opened(kept)
    return kept


def scenario_response(
    request: HttpRequest,
    kept: Scenario,
    version: Version,
    *,
    form: ScenarioForm | None = None,
    conflict: tuple[tuple[str, str], ...] = (),
    status: int = 200,
) -> HttpResponse:
    """Return the scenario's page; for its owner with the form, bound where it has errors."""
    about = _about(request, kept, conflict)
    if form is None and owns(request, kept) and not kept.deleted:
        form = ScenarioForm(instance=kept, classes=classes(request))
    drifted = drift(version)
    moved = banner(drifted, kept.get_absolute_url(), version.number) if drifted else None
    opened = open_version(version)
    page = saved_page(_told(request, kept, version), about, moved, opened, _result_page(kept, opened))
    response = render(request, "scenarios/scenario.html", {"page": page, "form": form}, status=status)
    if kept.visibility == Visibility.LINK and not kept.deleted:
        # Not private: a browser may keep it, with typed text, for its back button.
        patch_cache_control(response, private=True, no_cache=True)
    return response


def _about(request: HttpRequest, kept: Scenario, conflict: tuple[tuple[str, str], ...]) -> AboutScenario:
    parent = kept.parent
    return AboutScenario(
        notes=as_html(kept.notes),
        tags=tuple(tag.name for tag in kept.tags.all()),
        shown_to=kept.group.name if kept.group else kept.get_visibility_display(),
        parent=_fork_of(parent, kept) if parent and may_see(request, parent) else None,
        forks=tuple(Link(f.title, f.get_absolute_url()) for f in kept.forks.all()[:20] if may_see(request, f)),
        conflict=conflict,
    )


def _fork_of(parent: Scenario, kept: Scenario) -> Link:
    return Link(
        f"{parent.title}, version {kept.parent_version}", f"{parent.get_absolute_url()}v/{kept.parent_version}/"
    )


def _told(request: HttpRequest, kept: Scenario, version: Version) -> SavedMeta:
    link = kept.get_absolute_url()
    return SavedMeta(
        id=kept.pk,
        title=kept.title,
        what=display_name(kept.solver),
        link=link,
        url=request.build_absolute_uri(link),
        live=version.address,
        mine=owns(request, kept),
        public=kept.visibility == Visibility.LINK and not kept.deleted,
        deleted=kept.deleted is not None,
        removed=kept.removed,
        created=version.created,
        solver=kept.solver,
        solver_version=version.solver_version,
        number=version.number,
        numbers=tuple(kept.versions.values_list("number", flat=True)),
        rows={str(row.get("name", "")): row_path(row) for row in version.snapshot.values()},
        courses=course_sentences(version.snapshot),
        taught=_taught(request) if kept.solver == CALIBRATE else (),
    )


def _taught(request: HttpRequest) -> tuple[SelectOption, ...]:
    """Return the courses that this user teaches: their numbers and names."""
    if not request.user.is_authenticated:
        return ()
    taught = Group.objects.filter(course__instructor=request.user.pk).values_list("course__pk", "name")
    return tuple(SelectOption(str(number), name) for number, name in taught.order_by("name"))


def _result_page(kept: Scenario, opened: OpenedAnswer) -> ResultPage | None:
    """Return the presented answer of a wall; None for a page over many walls."""
    if opened.result is None:
        return None
    wall = solvers().get(kept.solver)
    if wall is None:
        raise Http404(f"The wall {kept.solver} of this scenario is gone.")
    return result_page(wall, opened.result, kept.path)
