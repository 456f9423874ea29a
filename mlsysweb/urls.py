from django.contrib import admin
from django.contrib.auth import views as auth
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from mlsysweb.pages.home import views as home

urlpatterns = [
    path("", home.home, name="home"),
    path("walls/", include("mlsysweb.pages.walls.urls")),
    path("sensitivity/", include("mlsysweb.pages.sensitivity.urls")),
    path("geography/", include("mlsysweb.pages.geography.urls")),
    path("pipeline/", include("mlsysweb.pages.pipelines.urls")),
    path("capstone/", include("mlsysweb.pages.capstone.urls")),
    path("explore/", include("mlsysweb.explore.urls")),
    path("hardware-match/", include("mlsysweb.pages.hardware_match.urls")),
    path("system/", include("mlsysweb.pages.system.urls")),
    path("fallacies/", include("mlsysweb.pages.fallacies.urls")),
    path("poster/", include("mlsysweb.pages.poster.urls")),
    path("spectrum/", include("mlsysweb.pages.spectrum.urls")),
    path("accounts/login/", auth.LoginView.as_view(template_name="scenarios/login.html"), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("s/compare/", include("mlsysweb.saved.compare.urls")),
    path("s/", include("mlsysweb.saved.exports.urls")),
    path("s/", include("mlsysweb.saved.scenarios.urls")),
    path("api/v1/", include("mlsysweb.api.urls")),
    path("admin/", admin.site.urls),
    # Browsers ask for it on pages that name no icon, such as the admin's.
    path("favicon.ico", lambda request: redirect(static("img/favicon.svg"))),
]
handler500 = "mlsysweb.failures.server_error"
