from django.urls import path

from . import views

app_name = "movers"
urlpatterns = [path("<slug:name>/", views.movers, name="movers")]
