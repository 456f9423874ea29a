from django.urls import path

from . import import_views, views

app_name = "exports"
urlpatterns = [
    path("import/", import_views.import_scenario, name="import"),
    path("schema.json", import_views.schema, name="schema"),
    path("<slug:id>/export/<str:form>/", views.export, name="export"),
    path("<slug:id>/print/", views.paper, name="print"),
    path("<slug:id>/embed/", views.embed, name="embed"),
]
