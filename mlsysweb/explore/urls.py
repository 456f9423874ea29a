from django.urls import path

from . import export_views, views

app_name = "explore"
urlpatterns = [
    path("", views.design_space, name="explore"),
    path("solve-for/<slug:wall>/", views.solve_for_input, name="solve_for"),
    path("export/<str:form>/", export_views.export, name="export"),
    path("begin/", views.begin, name="begin"),
    path("cancel/", views.stop, name="cancel"),
]
