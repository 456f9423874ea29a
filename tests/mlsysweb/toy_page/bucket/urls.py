from django.urls import path

from . import views

app_name = "bucket"
urlpatterns = [path("", views.bucket, name="bucket")]
