from django.urls import path

from . import views

app_name = "calibrate"
urlpatterns = [
    path("", views.calibrate, name="calibrate"),
    path("constants.csv", views.constants, name="constants"),
]
