from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form
from mlsysweb.show.forms.errors import page_or_errors
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.htmx import render_page_or_partial

from .answer import answer_page
from .question import BUCKET


@require_safe
def bucket(request: HttpRequest) -> HttpResponse:
    page, errors = page_or_errors(answer_page, request.GET)
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="bucket/bucket.html",
        partial="bucket/_time.html",
        drawn=lambda: form(BUCKET, query_text(request.GET), errors, choices, reverse("bucket:bucket")),
    )
