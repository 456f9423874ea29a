from django.urls import path

from . import views

app_name = "workbench"
urlpatterns = [path("<slug:name>/", views.wall, name="wall")]
