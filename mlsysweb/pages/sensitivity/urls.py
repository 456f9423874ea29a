from django.urls import path

from . import views

app_name = "sensitivity"
urlpatterns = [path("<slug:name>/", views.sensitivity, name="sensitivity")]
