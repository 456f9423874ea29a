from django.urls import include, path

from . import views

app_name = "claims"
urlpatterns = [
    path("", views.claims, name="claims"),
    path("claims.csv", views.csv, name="csv"),
    path("mine/", include("mlsysweb.classroom.claims.own.urls")),
]
