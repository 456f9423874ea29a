from django.urls import path

from . import exporting, views

app_name = "explore"
urlpatterns = [
    path("", views.explore, name="explore"),
    path("export/<str:form>/", exporting.export, name="export"),
    path("begin/", views.begin, name="begin"),
    path("cancel/", views.stop, name="cancel"),
]
