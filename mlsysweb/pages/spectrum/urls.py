from django.urls import path

from . import views

app_name = "spectrum"
urlpatterns = [path("", views.spectrum, name="spectrum")]
