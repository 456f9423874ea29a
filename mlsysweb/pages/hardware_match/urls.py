from django.urls import path

from . import views

app_name = "hardware_match"
urlpatterns = [path("", views.hardware_match, name="hardware_match")]
