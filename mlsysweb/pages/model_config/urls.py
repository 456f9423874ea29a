from django.urls import path

from . import views

app_name = "model_config"
urlpatterns = [path("", views.model_config, name="model_config")]
