from django.urls import path

from . import views

app_name = "capstone"
urlpatterns = [path("", views.capstone, name="capstone")]
