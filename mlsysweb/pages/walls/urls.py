from django.urls import path

from . import views

app_name = "walls"
urlpatterns = [path("<slug:name>/", views.wall, name="wall")]
