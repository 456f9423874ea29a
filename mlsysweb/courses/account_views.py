from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mlsysweb.show.refusal import limit_posts

from .present import courses_page


@sensitive_post_parameters("password")
@login_required
@require_POST
@limit_posts("sign_in", "The account was not deleted")
def delete_account(request: HttpRequest) -> HttpResponse:
    """Delete this account, with its scenarios and lessons, after its password was typed once more."""
    user = request.user
    assert isinstance(user, User)  # behind login_required
    if not user.check_password(request.POST.get("password", "")):
        page = courses_page(user, errors={"password": "is not that of this account. Nothing was deleted."})
        return render(request, "courses/courses.html", {"page": page}, status=422)
    logout(request)
    user.delete()
    return redirect("home")
