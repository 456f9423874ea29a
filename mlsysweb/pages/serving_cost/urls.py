from django.urls import path

from . import views

app_name = "serving_cost"
urlpatterns = [
    path("", views.serving_cost, name="serving_cost"),
    path("table.csv", views.table, name="table"),
]
