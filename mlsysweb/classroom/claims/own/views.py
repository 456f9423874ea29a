"""Views of own claims: list, new, one, edited, shared, deleted, restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mlsysweb.classroom.models import AuthoredClaim
from mlsysweb.classroom.pasted_link import pasted_page
from mlsysweb.classroom.pasted_page import PastedPage
from mlsysweb.saved.scenarios.ids import is_id
from mlsysweb.show.refusal import limit_posts
from mlsysweb.show.results.page import Link
from mlsysweb.throttle import Excess, LimitExceeded
from mlsysweb.visitors import owned_by, ownership, owns

from .form import read_form
from .judged import judged, why
from .page import MyClaimsPage, OwnClaimPage
from .present import ask_address, claim_row, form_page
from .rights import own_claims, owned_or_404, readable_or_404

MOST_CLAIMS = 100


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The claims of this visitor, each with its verdict."""
    claims = tuple(_page(request, row) for row in own_claims(request))
    total = f"{len(claims)} claim{'' if len(claims) == 1 else 's'}"
    return render(request, "claims/mine.html", {"page": MyClaimsPage(claims, _deleted(request), total)})


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("save", "Not saved")
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new claim about the page at `page`; a POST stores it. Raise LimitExceeded for too many."""
    return _form(request, None, "Add a claim", reverse("claims:mine:new"))


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "Not saved")
def edit(request: HttpRequest, id: str) -> HttpResponse:
    """The form of a claim of this visitor; a POST stores it. Raise Http404."""
    return _form(request, owned_or_404(request, id), "Edit the claim", reverse("claims:mine:edit", args=[id]))


@require_safe
def claim(request: HttpRequest, id: str) -> HttpResponse:
    """A claim with its verdict, to its owner and, once shared, to all who have the link. Raise Http404."""
    return render(request, "claims/own_claim.html", {"page": _page(request, readable_or_404(request, id))})


@require_POST
@limit_posts("edit", "Not changed")
def share(request: HttpRequest, id: str) -> HttpResponse:
    """Share a claim with all who have its link, or make it private again. Raise Http404."""
    row = owned_or_404(request, id)
    shared = request.POST.get("shared") == "yes"
    AuthoredClaim.objects.filter(pk=row.pk).update(shared=shared)
    return redirect("claims:mine:claim", id=id)


@require_POST
@limit_posts("edit", "Not deleted")
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Mark a claim as deleted; its owner can restore it. Raise Http404."""
    row = owned_or_404(request, id)
    AuthoredClaim.objects.filter(pk=row.pk, deleted=None).update(deleted=timezone.now())
    return redirect(f"{reverse('claims:mine:mine')}?deleted={row.pk}")


@require_POST
@limit_posts("edit", "Not restored")
def restore(request: HttpRequest, id: str) -> HttpResponse:
    """Restore a deleted claim. Raise Http404."""
    row = owned_or_404(request, id)
    AuthoredClaim.objects.filter(pk=row.pk).update(deleted=None)
    return redirect("claims:mine:claim", id=id)


def _form(request: HttpRequest, row: AuthoredClaim | None, title: str, action: str) -> HttpResponse:
    stored = _typed(row) if row is not None else {}
    posted = {name: text.replace("\r\n", "\n").strip() for name, text in request.POST.items() if isinstance(text, str)}
    typed = posted or stored
    page = pasted_page(request, typed.get("page") or request.GET.get("page", ""))
    if request.method != "POST":
        shown = {"output": next(iter(page.cards), ""), **typed}
        status = 422 if page.error and page.address else 200
        return render(
            request,
            "claims/own_form.html",
            {"page": form_page(title, action, page, shown, {}, posted=False)},
            status=status,
        )
    form = read_form(typed, page, _under(request, typed))
    if form.errors:
        asked = form_page(title, action, page, typed, form.errors, posted=True)
        return render(request, "claims/own_form.html", {"page": asked}, status=422)
    if row is None:
        row = _created(request, form.columns)
    else:
        AuthoredClaim.objects.filter(pk=row.pk).update(**form.columns, changed=timezone.now())
    return redirect("claims:mine:claim", id=row.pk)


def _created(request: HttpRequest, columns: Mapping[str, Any]) -> AuthoredClaim:
    count = own_claims(request).count()
    if count >= MOST_CLAIMS:
        sentence = f"You have {count} claims, and {MOST_CLAIMS} is the most. Delete some, then try again."
        raise LimitExceeded(Excess(sentence))
    row: AuthoredClaim = AuthoredClaim.objects.create(**columns, **ownership(request))
    return row


def _under(request: HttpRequest, typed: dict[str, str]) -> PastedPage | None:
    link = typed.get("condition_page", "")
    return pasted_page(request, link) if link else None


def _typed(row: AuthoredClaim) -> dict[str, str]:
    """Return the form of a stored claim."""
    columns = ("claim", "source", "source_url", "output", "stated", "compare", "condition", "remark")
    return {
        **{name: getattr(row, name) for name in columns},
        "page": row.link,
        "condition_page": row.condition_link,
        "tolerance": f"{row.tolerance * 100:g} %",
    }


def _page(request: HttpRequest, row: AuthoredClaim) -> OwnClaimPage:
    found = judged(row)
    address = reverse("claims:mine:claim", args=[row.pk])
    return OwnClaimPage(
        row=claim_row(found, row.source_url, why(found)),
        shared=row.shared,
        own=owns(request, row),
        url=request.build_absolute_uri(address),
        ask=ask_address(reverse("lessons:mine:ask"), row.link),
    )


def _deleted(request: HttpRequest) -> Link | None:
    """Return the claim that was just deleted, with the URL that restores it."""
    id = request.GET.get("deleted", "")
    rows = AuthoredClaim.objects.filter(owned_by(request), pk=id, deleted__isnull=False)
    row = rows.first() if is_id(id) else None
    return Link(row.claim, reverse("claims:mine:restore", args=[row.pk])) if row else None
