from django.urls import path

from . import views

app_name = "claims"
urlpatterns = [path("", views.claims, name="claims"), path("claims.csv", views.csv, name="csv")]
