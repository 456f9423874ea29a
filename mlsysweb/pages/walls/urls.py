from django.urls import path

from . import views

app_name = "walls"
urlpatterns = [
    path("efficiencies/", views.choose_efficiencies, name="efficiencies"),
    path("<slug:name>/", views.wall, name="wall"),
]
