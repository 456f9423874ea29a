"""Design-space questions for the tests."""

from django.http import QueryDict

from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search

SMALL = {
    "model": "llama-3-8b",
    "accelerator": "h100-sxm5-80gb, a100-sxm4-80gb",
    "batch_size": "1 to 64 doubling",
    "precision": "fp16, int8",
}
GOALS = ("maximize: throughput", "minimize: latency", "latency < 50 ms")


def question(axes=SMALL, goals=GOALS, walls="roofline", links=""):
    asked = DesignSpaceQuestion(tuple(walls.split()), (), tuple(axes.items()), tuple(goals))
    assert DesignSpaceQuestion.of(QueryDict(asked.query)) == asked
    return asked


def link(**asked):
    return f"/explore/?{question(**asked).query}"


def search(**asked):
    return declared_search(question(**asked), look_up, all_of).search


def large(rows=40_000):
    """Return a question too large for a request, but quickly searched: `rows` configurations of each chip."""
    axes = {"batch_size": "1 to 10", "efficiency": f"0.1 to 1 in {rows // 10} steps"}
    return question(
        {"model": "llama-3-8b", "accelerator": "all cloud"} | axes,
        ("maximize: throughput", "minimize: memory_footprint", "latency < 5 ms"),
    )
