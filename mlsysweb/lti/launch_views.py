from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mlsysweb.classroom.authoring.store import lesson_or_404
from mlsysweb.classroom.live.store import SessionError
from mlsysweb.show.refusal import RefusalPage, limit_posts
from mlsysweb.throttle import spend

from .keys import public_key
from .models import Launch
from .store import VALID, join_class, link_of, platform_of, take_answer, take_ticket
from .token import DEEP_LINK, LaunchError, read_token
from .views import DEEP, LINKS

_COOKIE = "lti_state"
_OPEN_AGAIN = "Open the link in the learning platform again, in a window of its own."


@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """The public key of this site, for platforms."""
    return JsonResponse({"keys": [public_key()]})


@csrf_exempt  # a platform sends the form
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("sign_in", "Not opened")
def login(request: HttpRequest) -> HttpResponse:
    """Begin a launch: send the browser to the platform, with a state that this browser keeps in a cookie."""
    if request.method != "POST":  # a platform may use either
        spend(request, "sign_in", 1)
    said = request.POST if request.method == "POST" else request.GET
    platform = platform_of(said.get("iss", ""), said.get("client_id", ""))
    if platform is None or not said.get("login_hint"):
        return _refused(request, "This learning platform is not registered here. Ask the operator of this site.")
    begun = Launch.objects.create(platform=platform)
    fields = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": request.build_absolute_uri(reverse("lti:launch")),
        "login_hint": said["login_hint"],
        "state": begun.state,
        "nonce": begun.nonce,
    }
    if hint := said.get("lti_message_hint"):
        fields["lti_message_hint"] = hint
    to = f"{platform.auth_url}{'&' if '?' in platform.auth_url else '?'}{urlencode(fields)}"
    response = redirect(to)
    # Sent with a form from the platform only if SameSite is None, which browsers accept only of a secure cookie.
    response.set_cookie(
        _COOKIE,
        begun.state,
        max_age=int(VALID.total_seconds()),
        path=reverse("lti:launch"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="None" if settings.HTTPS else None,
    )
    return response


@csrf_exempt  # a platform sends the form; the state protects it
@sensitive_post_parameters("id_token")
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    """Check the answer of the platform, and redirect to the page that uses it."""
    state = request.POST.get("state", "")
    if error := request.POST.get("error_description") or request.POST.get("error"):
        return _refused(request, f"The learning platform answered: {error[:200]}")
    if not state or not secrets.compare_digest(state.encode(), request.COOKIES.get(_COOKIE, "").encode()):
        return _refused(request, f"The launch was not begun in this browser, or its cookies are blocked. {_OPEN_AGAIN}")
    begun = take_answer(state)
    if begun is None:
        return _refused(request, f"This launch was used before, or took too long. {_OPEN_AGAIN}")
    try:
        begun.claims = read_token(begun, request.POST.get("id_token", ""))
    except LaunchError as wrong:
        begun.delete()
        return _refused(request, str(wrong))
    begun.save(update_fields=["claims"])
    response = redirect("lti:proceed", ticket=begun.ticket)
    response.delete_cookie(_COOKIE, path=reverse("lti:launch"), samesite="None" if settings.HTTPS else None)
    return response


@require_safe
def proceed(request: HttpRequest, ticket: str) -> HttpResponse:
    """Use a checked launch: choose a lesson for a link, lead its class, join it, or read its lesson. Raise Http404."""
    checked = take_ticket(ticket)
    if checked is None:
        return _refused(request, f"This launch was used before, or took too long. {_OPEN_AGAIN}")
    said = checked.claims
    if said["kind"] == DEEP_LINK:
        if not said["teaches"]:
            return _refused(request, "Only an instructor of the course adds links.", 403)
        chosen = {name: said[name] for name in ("deployment", "return_url", "data")}
        request.session[DEEP] = {"platform": checked.platform_id, **chosen}
        return redirect("lti:choose")
    link = link_of(checked)
    if said["teaches"]:
        request.session[LINKS] = [*(id for id in request.session.get(LINKS, []) if id != link.pk), link.pk]
        return redirect("lti:link", id=link.pk)
    if link.session is not None and link.session.ended is None:
        try:
            join_class(request, link, link.session, said["user"], said["name"])
        except SessionError as full:
            return _refused(request, str(full), 409)
        return redirect("live:student", code=link.session.code)
    if not link.lesson:
        sentence = "No class is held with this link now. Open it again when your instructor says so."
        return _refused(request, sentence, 409)
    lesson_or_404(link.lesson)
    return redirect("lessons:lesson", lesson=link.lesson)


def _refused(request: HttpRequest, sentence: str, status: int = 400) -> HttpResponse:
    page = RefusalPage("Not opened", sentence, reverse("home"))
    return render(request, "shared/refusal.html", {"page": page}, status=status)
