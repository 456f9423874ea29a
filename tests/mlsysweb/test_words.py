"""The words and numbers of every page are those of the field: none of the paraphrases that stood there before."""

import re
from html.parser import HTMLParser

import pytest

from tests.browser.pages import pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

# Paraphrases of terms, by the term that replaced them.
PARAPHRASES = {
    "FLOPs": ("arithmetic done", "arithmetic of a step", "does the arithmetic bind"),
    "GEMM": ("matrix products",),
    "memory traffic": ("moved by",),
    "memory capacity or shortfall": ("memory of the chip", "memory short", "room for the KV cache"),
    "maximum batch size": ("compute-bound from batch", "largest batch that fits"),
    "bottleneck": ("prefill waits for", "decode waits for", "stopped by"),
    "concurrent requests": ("requests served together",),
    "internal fragmentation": ("waste of pages",),
    "layer load time": ("injection of a layer",),
    "CV": ("spread of service", "spread of arrivals"),
    "probability of waiting": ("all replicas busy", "jobs that wait at all"),
    "utilization": ("at work with endless storage", "accelerators at work"),
    "worker throughput or shortfall": ("throughput of a worker", "workers missing"),
    "bisection bandwidth": ("bandwidth across the middle",),
    "hop latency": ("latency of a hop",),
    "tokens per parameter": ("tokens a parameter",),
    "relative to optimal": ("compute over the least", "paid back after"),
    "reasoning": ("steps of thought", "tokens of thought", "cost of thinking"),
    "baseline and compressed bits": ("bits before", "size with indices"),
    "ring, tree or hierarchical all-reduce": ("in one ring", "up a tree", "in two levels"),
    "memory per device": ("held by a device", "stages a device holds", "if all were computed again"),
    "MTBF": ("between failures of a device", "between failures of the job", "until a spot machine is taken back"),
    "recovery time or rework": ("time to go on", "work done again", "best interval of checkpoints"),
    "job duration or slowdown": ("length of a job", "wait over run time"),
    "depreciation": ("written off",),
    "embodied or operational carbon": ("of making", "of running"),
    "facility or IT energy": ("energy at the meter", "energy at the chips", "energy of an inference"),
    "utilized": ("device-hour in use", "break-even use"),
    "comparison grid": ("another grid's", "this grid over the other"),
    "bandwidth per writer": ("bandwidth of a writer", "writers that fill", "stalled a day"),
    "smallest subgroup": ("share of the smallest group", "odds somebody could gain"),
    "elasticity": ("its elasticity", "binds up to"),
    "alternative": ("held against", "rivals for the same", "cheaper rival"),
    "peak or attained FLOP/s": ("peak rate", "peak rates", "achieved rate", "compute roof", "memory roof"),
    "bottleneck or limit": ("power limit binds", "does not bind", "memory binds", "arithmetic binds"),
    "per device": ("power of one device", "price of one device"),
    "waiting requests": ("jobs that wait",),
    "whole-system view": ("one system through every wall", "one system, all walls"),
    "no account is needed": ("nobody needs", "nobody has", "for ever", "grows without end"),
    "cheaper or cost": ("dear", "dearer", "as dear"),
    "the grid makes the difference": ("the grid decides", "waiting emits"),
    "effective FLOP/s": ("rate that counts", "at the peak of all devices", "weakest factor"),
    "step time or load time": ("time of a step", "time to read back"),
    "fallacies": ("what people say of it",),
    "results": ("all that was found", "where these figures lead", "the same elsewhere", "take it along"),
    "data sources": ("the same as a table", "where the figures come from"),
    "Pareto-optimal or dominated": ("nobody beats it", "beaten by another", "where the front bends"),
    "constraint violations": ("fails a constraint", "what turns configurations down", "beside the best"),
    "missing inputs": ("nobody finds", "could be linked"),
    "solvers in the pipeline": ("walls in a row", "across the walls", "along the tutorial"),
    "lowest and highest": ("the cleanest and the dirtiest", "against the mean place"),
    "restore": ("bring it back", "take it back", "as was kept"),
    "$ with k, M or B; B parameters; T tokens": ("MUSD", "kUSD", "Gparam", "Ttoken", "ZFLOP"),
}
WORDS = re.compile(rf"\b(?:{'|'.join(re.escape(each) for some in PARAPHRASES.values() for each in some)})\b", re.I)
NUMBERS = re.compile(
    r"""\$\d[\d,.]*[mµnuG]\b          # an SI prefix on dollars
      | \d(?:\.\d+)?·10               # powers of ten as nobody writes them: 7.23×10²³
      | \b\d(?:\.\d+)?e[+-]?\d+\b     # a float of the program
      | \b\d{5,}\.\d                  # digits beyond those known
      | \b(?:nan|inf)\b
    """,
    re.X,
)
# Names of units to type, text that is code, and text of the visitor.
SKIPPED = ("script", "style", "code", "pre", "math", "svg", "textarea", "option")
SPOKEN = ("alt", "aria-label", "placeholder", "title")


class Words(HTMLParser):
    """The text of a page as it is seen or read aloud."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.within = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in SKIPPED:
            self.within.append(tag)
        if not self.within and dict(attrs).get("type") != "hidden":
            self.texts += [text for name, text in attrs if name in SPOKEN and text]

    def handle_endtag(self, tag):
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data):
        if not self.within and data.strip():
            self.texts.append(" ".join(data.split()))


def wrong(page):
    """Return the texts of a page with a paraphrase or a number that is not written as people do."""
    return [text for text in Words(page).texts if WORDS.search(text) or NUMBERS.search(text)]


@pytest.mark.parametrize(
    "text", ["Carbon of making", "<b title='Break-even use 1'>", "$200m", "3.7·10⁻¹⁹ %", "1e+06", "123456.7", "nan"]
)
def test_the_guard_finds_it(text):
    assert wrong(f"<p>{text}</p>")


def test_pages_speak_the_language_of_the_field(client, subtests):
    for address in pages(client):
        with subtests.test(address=address):
            found = wrong(client.get(address).content.decode())
            assert not found, "\n".join(found)
