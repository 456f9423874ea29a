from django.urls import path

from . import views

app_name = "system"
urlpatterns = [path("", views.system, name="system"), path("iron-law/", views.iron_law, name="iron-law")]
