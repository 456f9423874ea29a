"""Measures the most expensive requests that one visitor can send: processor time, peak memory and size of the answer.

Every request runs in a process of its own, after one that loads the site, so that its peak memory is its own. None may
take more than `SECONDS` and `MEMORY`, unless it is refused sooner. `python -m tests.bench.limits` prints the table.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
# The most one request may take: seconds of processor time, and bytes of memory of the whole process.
SECONDS, MEMORY = 2.0, 300_000_000
_LONG = 1_000_000


def explore(walls: str, axes: list[tuple[str, str]], goals: list[str], path: str = "/explore/") -> str:
    """Return the URL of a design space."""
    pairs = [pair for name, values in axes for pair in (("axis", name), ("values", values))]
    return f"{path}?{urlencode([('walls', walls), *pairs, *(('goal', goal) for goal in goals)])}"


FIGURES = (
    *("memory_bandwidth", "memory_capacity", "tdp", "unit_price", "embodied_carbon", "interconnect_bandwidth"),
    *("peak", "idle_power", "area", "lifetime"),
)
QUEUE = [
    ("arrival_rate", "1 1/day to 8 1/day in 32 steps"),
    ("servers", "1 to 32 in 32 steps"),
    ("service_time", "1 hour to 20 hour in 32 steps"),
    ("service_cv", "0 to 4 in 32 steps"),
]
ROOFLINE = [
    ("model", "llama-3-8b"),
    ("accelerator", "h100-sxm5-80gb"),
    ("batch_size", "1 to 1024 in 1024 steps"),
    ("efficiency", "0.1 to 1 in 32 steps"),
    ("accelerator.memory_bandwidth", "x1 to x2 in 32 steps"),
]
THREE = ["minimize: latency", "maximize: throughput", "minimize: memory_footprint"]


def _along(axes: int, steps: int) -> str:
    names = [f"accelerator.{FIGURES[k % len(FIGURES)]}" for k in range(axes)]
    return explore("roofline", [(name, f"x1 to x2 in {steps} steps") for name in names], ["minimize: latency"])


def _get(url: str) -> Callable[[Any], Any]:
    return lambda client: client.get(url)


def _imported(**changes: Any) -> Callable[[Any], Any]:
    def post(client: Any) -> Any:
        saved = client.post("/s/save/", {"page": "/walls/roofline/"})["Location"]
        document = json.loads(client.get(f"{saved}export/json/").content)
        result = document["result"] | changes.pop("result", {})
        return client.post("/s/import/", {"text": json.dumps(document | {"result": result} | changes)})

    return post


def _edited(client: Any) -> Any:
    saved = client.post("/s/save/", {"page": "/walls/roofline/"})["Location"]
    return client.post(f"{saved}edit/", {"title": "T", "tags": "," * _LONG, "visibility": "link", "revision": "1"})


def _begun(client: Any) -> Any:
    asked = explore("roofline", [("model", "llama-3-8b"), ("accelerator", "all," * _LONG)], ["minimize: latency"])
    return client.post("/explore/begin/", {"query": asked.partition("?")[2]})


REQUESTS: dict[str, Callable[[Any], Any]] = {
    **{f"design space, {n} axes of a million steps": _get(_along(n, 10**6)) for n in (1, 5, 10, 20, 40)},
    **{f"design space, {n} axes of 100,000 steps": _get(_along(n, 10**5)) for n in (1, 2, 10, 20)},
    "design space, queue of 1.05 million": _get(explore("cluster_queue", QUEUE, ["minimize: mean_wait"])),
    "design space, 3 objectives": _get(explore("roofline", ROOFLINE, THREE)),
    "design space, 4 objectives": _get(explore("roofline", ROOFLINE, [*THREE, "minimize: power"])),
    "design space, 990 goals": _get(
        explore("roofline", ROOFLINE, ["minimize: latency", *(f"latency < {k + 50} ms" for k in range(990))])
    ),
    "design space, goals of 390 kB": _get(explore("roofline", ROOFLINE, ["x" * 390_000])),
    "design space, 20 axes of 4,000 equal values": _get(
        explore("roofline", [("efficiency", "0.5," * 1990)] * 20, ["minimize: latency"])
    ),
    "design space, layouts of 1,000 numbers": _get(
        explore(
            "parallelism",
            [("layout", ",".join(str(999_000 + k) for k in range(1000)))],
            ["maximize: tokens_per_second"],
        )
    ),
    "design space, 10,000 walls": _get(explore(",".join(["roofline"] * 10_000), ROOFLINE, THREE)),
    "design space, job of 'all' a million times": _begun,
    "Parquet, roofline of 1.05 million": _get(explore("roofline", ROOFLINE, THREE[:2], "/explore/export/parquet/")),
    "Parquet, queue of 1.05 million": _get(
        explore("cluster_queue", QUEUE, ["minimize: mean_wait"], "/explore/export/parquet/")
    ),
    "sensitivity of a queue with 10,000 servers": _get("/movers/cluster_queue/?servers=10000&arrival_rate=0.17"),
    "API, queue with 10,000 servers": _get(
        "/api/v1/solve/cluster_queue?servers=10000&arrival_rate=1000000&service_time=0.0099"
    ),
    "pipeline of 10,000 walls": _get("/pipeline/?stages=" + ",".join(["roofline"] * 10_000)),
    "import, 200,000 entries in the question": _imported(question={f"k{n}": "1" for n in range(200_000)}),
    "import, 200,000 wrong values": _imported(result={"values": {f"k{n}": 1 for n in range(200_000)}}),
    "import, 1,900 wrong values": _imported(result={"values": {f"k{n}": 1 for n in range(1_900)}}),
    "import, parts nested 200 deep": _imported(snapshot=json.loads('{"a":' * 200 + "{}" + "}" * 200)),
    "edit, a million commas as tags": _edited,
    "title of a million letters": lambda client: client.post(
        "/s/save/", {"page": "/walls/roofline/", "title": "x" * _LONG}
    ),
    "wall, an input of 200 kB": _get("/walls/roofline/?batch_size=" + "9" * 200_000),
    "wall, 8 systems": _get("/walls/roofline/?also=" + "&also=".join(["h100-sxm5-80gb"] * 8)),
    "home page": _get("/"),
}


def measure(name: str) -> dict[str, Any]:
    """Return what a request takes, from a database of its own in memory."""
    import django
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    django.setup()
    from django.test import Client

    client = Client(raise_request_exception=False)
    client.get("/walls/roofline/")
    before, start = _peak(), time.process_time()
    answer = REQUESTS[name](client)
    seconds = time.process_time() - start
    text = b"" if answer.streaming else answer.content
    return {
        "status": answer.status_code,
        "seconds": seconds,
        "before": before,
        "peak": _peak(),
        "bytes": len(text),
        "told": _sentence(text.decode(errors="replace")) or answer.headers.get("Location", "")[:60],
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _sentence(text: str) -> str:
    """Return the first error of an answer, or its verdict."""
    found = re.search(r'class="(?:field-error|verdict|error)[^>]*>\s*([^<\s][^<]*)', text)
    return found[1].strip()[:200] if found else ""


def lines() -> Iterator[str]:
    """Yield a row of the table for each request."""
    yield "| request | status | CPU s | peak MB | answer kB | says |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name in REQUESTS:
        command = [sys.executable, "-m", "tests.bench.limits", name]
        try:
            ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, env=dict(os.environ))
            seen = json.loads(ran.stdout.strip().splitlines()[-1])
        except subprocess.TimeoutExpired:
            yield f"| {name} | none | > 300 | | | |"
            continue
        over = " **over**" if seen["seconds"] > SECONDS or seen["peak"] > MEMORY else ""
        yield (
            f"| {name}{over} | {seen['status']} | {seen['seconds']:.2f} | {seen['peak'] / 1e6:.0f} (before "
            f"{seen['before'] / 1e6:.0f}) | {seen['bytes'] / 1e3:.0f} | {seen['told'][:140]} |"
        )


def report() -> None:
    """Print the table."""
    for line in lines():
        print(line, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    print(json.dumps(measure(sys.argv[1]))) if len(sys.argv) > 1 else report()
