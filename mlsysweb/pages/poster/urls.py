from django.urls import path

from . import views

app_name = "poster"
urlpatterns = [path("", views.poster, name="poster")]
