from django.http import QueryDict
from django.urls import reverse

from mlsysweb.answer import validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import query_text

from .page import BucketPage
from .present import bucket_page
from .question import BUCKET


def answer_page(query: QueryDict) -> BucketPage:
    _, known = validated(BUCKET, query_text(query))
    return bucket_page(float(known.point.volume / known.point.flow), f"{reverse('bucket:bucket')}?{query.urlencode()}")


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    return asked_inputs(BUCKET.inputs, query_text(query), rows)
