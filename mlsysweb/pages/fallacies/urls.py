from django.urls import path

from . import views

app_name = "fallacies"
urlpatterns = [path("", views.fallacies, name="fallacies")]
