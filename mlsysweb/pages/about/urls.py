from django.urls import path

from . import views

app_name = "about"
urlpatterns = [
    path("", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("LICENSE", views.legal_text, {"name": "LICENSE"}, name="license"),
    path("NOTICE", views.legal_text, {"name": "NOTICE"}, name="notice"),
]
