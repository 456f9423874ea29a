from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from mlsysweb.api import token_views
from mlsysweb.pages.home import views as home
from mlsysweb.registry import PAGES, current_path
from mlsysweb.show.refusal import limit_posts

_limited = limit_posts("sign_in", "Not signed in")


def _moved(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Redirect an old address to the page's current one, with its query string."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(current_path(request.path) + (f"?{query}" if query else ""))


urlpatterns = [
    path("", home.home, name="home"),
    *(path(page.path, include(page.urls)) for page in PAGES),
    *(path(f"{old}<path:rest>", _moved) for page in PAGES for old in page.old_paths),
    *(path(old, _moved) for page in PAGES for old in page.old_paths),
    path("accounts/login/", _limited(auth.LoginView.as_view(template_name="scenarios/login.html")), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("courses/", include("mlsysweb.courses.urls")),
    path("s/compare/", include("mlsysweb.saved.compare.urls")),
    path("s/", include("mlsysweb.saved.exports.urls")),
    path("s/", include("mlsysweb.saved.scenarios.urls")),
    path("class/", include("mlsysweb.classroom.live.urls")),
    path("lessons/", include("mlsysweb.classroom.lessons.urls")),
    *((path("lti/", include("mlsysweb.lti.urls")),) if settings.LTI else ()),
    path("accounts/tokens/", token_views.tokens, name="tokens"),
    path("accounts/tokens/<int:id>/revoke/", token_views.revoke, name="revoke_token"),
    path("admin/login/", _limited(admin.site.login)),
    path("admin/", admin.site.urls),
    # Browsers request it on pages that name no icon, such as the admin's.
    path("favicon.ico", lambda request: redirect(static("img/favicon.svg"))),
]
handler400 = "mlsysweb.failures.bad_request"
handler404 = "mlsysweb.failures.page_not_found"
handler500 = "mlsysweb.failures.server_error"
