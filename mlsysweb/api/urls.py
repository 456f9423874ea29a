from django.urls import path

from . import views

app_name = "api"
urlpatterns = [path("solve/<slug:name>", views.solve, name="solve")]
