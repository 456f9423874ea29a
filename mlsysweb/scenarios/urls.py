from django.urls import path

from . import views

app_name = "scenarios"
urlpatterns = [
    path("save/", views.save, name="save"),
    path("<slug:id>/", views.scenario, name="scenario"),
    path("<slug:id>/v/<int:number>/", views.scenario, name="version"),
]
