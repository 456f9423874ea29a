"""The middleware that measures every request, for the metrics and the access log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from . import access_log

METRICS = "/metrics"
# Called with the request, its response, its duration in seconds and the number of bytes of the body.
Observer = Callable[[HttpRequest, HttpResponseBase, float, int], None]


class ObserveRequests:
    """Passes each request to the access log and the metrics, whichever the settings turn on, once its response is
    complete: that of a download when it has been read. Answers `/metrics`, which is not observed itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.observers: list[Observer] = [access_log.write] if settings.ACCESS_LOG else []
        self.metrics: Callable[[HttpRequest], HttpResponse] | None = None
        if settings.METRICS_TOKEN:
            from . import metrics  # starts counting, which a site without metrics should not pay for

            self.observers.append(metrics.count_request)
            self.metrics = metrics.answer
        if not self.observers:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.metrics and request.path == METRICS:
            return self.metrics(request)
        start = time.perf_counter()
        response: HttpResponseBase = self.get_response(request)
        if response.streaming and not response.has_header("Content-Length"):
            streamed = cast(StreamingHttpResponse, response)
            parts: Iterator[bytes] = iter(cast(Any, streamed.streaming_content))
            streamed.streaming_content = self._streamed(parts, request, response, start)
        else:
            self._observe(request, response, start, int(response.get("Content-Length", "0")))
        return response

    def _streamed(
        self, parts: Iterator[bytes], request: HttpRequest, response: HttpResponseBase, start: float
    ) -> Iterator[bytes]:
        size = 0
        try:
            for part in parts:
                size += len(part)
                yield part
        finally:
            self._observe(request, response, start, size)

    def _observe(self, request: HttpRequest, response: HttpResponseBase, start: float, size: int) -> None:
        for observe in self.observers:
            observe(request, response, time.perf_counter() - start, size)
