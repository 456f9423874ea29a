from django.urls import path

from . import views

app_name = "catalog"
urlpatterns = [
    path("", views.catalog, name="catalog"),
    path("accelerators/preview/", views.preview_chip, name="preview"),
    path("<slug:table>.csv", views.table_csv, name="table_csv"),
    path("<slug:table>.json", views.table_json, name="table_json"),
    path("<slug:table>/", views.table, name="table"),
    path("<slug:table>/<str:slug>/", views.row, name="row"),
    # The slug of a row may have dots.
    path("<slug:table>/<str:slug>.csv", views.row_csv, name="row_csv"),
    path("<slug:table>/<str:slug>.json", views.row_json, name="row_json"),
]
