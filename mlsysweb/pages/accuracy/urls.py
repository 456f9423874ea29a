from django.urls import path

from . import views

app_name = "accuracy"
urlpatterns = [
    path("", views.accuracy, name="accuracy"),
    path("accuracy.csv", views.csv, name="csv"),
    path("lessons/", views.lessons, name="lessons"),
]
