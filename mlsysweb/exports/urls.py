from django.urls import path

from . import bringing, views

app_name = "exports"
urlpatterns = [
    path("import/", bringing.bring, name="import"),
    path("schema.json", bringing.schema, name="schema"),
    path("<slug:id>/export/<str:form>/", views.export, name="export"),
    path("<slug:id>/print/", views.paper, name="print"),
    path("<slug:id>/embed/", views.embed, name="embed"),
]
