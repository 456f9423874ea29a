from django.contrib import admin
from django.contrib.auth import views as auth
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from mlsysweb.home import views as home

urlpatterns = [
    path("", home.home, name="home"),
    path("walls/", include("mlsysweb.workbench.urls")),
    path("movers/", include("mlsysweb.movers.urls")),
    path("geography/", include("mlsysweb.geography.urls")),
    path("pipeline/", include("mlsysweb.pipelines.urls")),
    path("capstone/", include("mlsysweb.capstone.urls")),
    path("explore/", include("mlsysweb.explore.urls")),
    path("matches/", include("mlsysweb.matches.urls")),
    path("system/", include("mlsysweb.system.urls")),
    path("fallacies/", include("mlsysweb.fallacies.urls")),
    path("poster/", include("mlsysweb.poster.urls")),
    path("spectrum/", include("mlsysweb.spectrum.urls")),
    path("accounts/login/", auth.LoginView.as_view(template_name="scenarios/login.html"), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("s/compare/", include("mlsysweb.compare.urls")),
    path("s/", include("mlsysweb.exports.urls")),
    path("s/", include("mlsysweb.scenarios.urls")),
    path("api/v1/", include("mlsysweb.api.urls")),
    path("admin/", admin.site.urls),
    # Browsers ask for it on pages that name no icon, such as the admin's.
    path("favicon.ico", lambda request: redirect(static("img/favicon.svg"))),
]
