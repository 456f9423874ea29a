from django.urls import path

from . import views

app_name = "uncertainty"
urlpatterns = [
    path("", views.uncertainty, name="uncertainty"),
    path("export/<str:form>/", views.export, name="export"),
]
