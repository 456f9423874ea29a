"""The tutorial's listings in the browser, by command and in a notebook: the same question in no more lines than the
slide has, and the same figures."""

import html
import io
import json
import math
import re
import runpy
from contextlib import redirect_stdout
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command
from django.urls import reverse

from solvers.registry import solvers
from tests.test_examples import FOLDER, LISTINGS

pytestmark = pytest.mark.usefixtures("catalog")


@dataclass(frozen=True)
class Ask:
    """A question as the command takes it; its words are the page's query, too. `figures` are those the notebook prints
    of it, with what one of the printed unit is in SI; `words` stand in all three."""

    page: str
    query: str
    figures: dict[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def pairs(self):
        """Names and values; a value that has blanks is in quotes."""
        return [(name, value.strip("'")) for name, value in re.findall(r"(\S+?)=('[^']*'|\S+)", self.query)]

    @property
    def url(self):
        is_wall = self.page in solvers()
        return reverse("walls:wall", args=[self.page]) if is_wall else reverse(f"{self.page}:{self.page}")


TONNE, MWH = 1000.0, 3.6e9
MONTH = "fleet=research-256 duration='30 day' mfu=0.45"
TINY = "precision=int8 efficiency=0.3"
KEYWORDS = "model=mlperf-tiny-kws-dscnn"
ROOFLINE_SPACE = "walls=roofline axis=precision values=fp16,int8"
FASTEST = "goal='maximize: throughput' goal='latency < 100 ms'"
TRAINING = "stages=scaling_laws,parallelism,tco"

ASKS = {
    "5_02_tco": [Ask("tco", "fleet=research-256 duration='30 day' infrastructure_multiplier=2.5", {"tco": 1})],
    "5_04_carbon": [Ask("sustainability", f"{MONTH} grid=quebec", {"operational_carbon": TONNE})],
    "5_07_tco_and_carbon": [
        Ask(
            "pipelines",
            f"stages=tco,sustainability {MONTH} grid=quebec amortization='3 year' pue=1.06",
            {"tco.tco": 1, "sustainability.operational_carbon": TONNE},
        )
    ],
    "5_08_geography": [
        Ask(
            "sustainability",
            f"{MONTH} grid=poland other_grid=quebec",
            {"facility_energy": MWH, "operational_carbon": TONNE, "operational_carbon_there": TONNE},
            ("Poland (tutorial)", "Quebec (tutorial)"),
        )
    ],
    "5_09a_placement": [
        Ask(
            "sustainability",
            "node=dgx-h100 devices=512 grid=poland other_grid=quebec",
            {"facility_energy": MWH, "saved_there": TONNE},
        )
    ],
    "5_09b_vendors": [
        Ask("tco", "accelerator=mi300x devices=512", {"tco": 1}),
        Ask("tco", "accelerator=gaudi3 devices=512 unit_price=15625", {"tco": 1}),
        Ask("shootout", "rival=mi300x devices=512", {"rival_cost": 1, "reference_cost": 1}),
    ],
    "6_02_design_space": [
        Ask("explore", f"{ROOFLINE_SPACE} axis=batch_size values=1,4,8,16,32 {FASTEST}", {"throughput": 1}, ("int8",))
    ],
    "6_04_sweep": [
        Ask(
            "explore",
            "walls=roofline axis=accelerator values=h100-sxm5-80gb,mi300x,gaudi3,b200-sxm-180gb axis=batch_size "
            "values=1,4,16,64 axis=precision values=fp16,int8 axis=model values=llama-3-8b goal='minimize: latency' "
            "goal='maximize: mfu' goal='bottleneck == memory'",
            {"mfu": 0.01},
            ("memory",),
        )
    ],
    "6_05_own_function": [
        Ask(
            "explore",
            f"{ROOFLINE_SPACE} axis=batch_size values=1,4,8,16,32,64 {FASTEST}",
            {"throughput": 1},
            ("int8",),
        )
    ],
    "6_06_batching": [
        Ask(
            "explore",
            "walls=serving,tail_latency links=tail_latency.service_time:serving.end_to_end_latency,"
            "tail_latency.replicas:serving.batch_size axis=accelerator values=h100-sxm5-80gb axis=prompt_length "
            "values=128 axis=arrival_rate values=10 axis=batch_size values='1 to 2048 in 2048 steps' "
            "goal='maximize: batch_size' goal='p99_latency <= 20 s'",
            {"batch_size": 1},
        )
    ],
    "6_07_budget": [
        Ask(
            "explore",
            "walls=serving,tco axis=accelerator "
            "values=a100-sxm4-80gb,h100-sxm5-80gb,mi300x axis=batch_size values=16,256 axis=precision values=fp16,int8 "
            "axis=replicas values=8 goal='minimize: cost_per_million_tokens' goal='itl < 50 ms' "
            "goal='ttft <= 1 s' goal='purchase_price <= 1e6'",
            {"cost_per_million_tokens": 1},
            ("int8",),
        )
    ],
    "7_05_devices": [
        Ask("roofline", f"{KEYWORDS} accelerator={chip} {TINY}", {"latency": 1e-3}, ())
        for chip in ("nrf52840", "esp32-s3", "h100-sxm5-80gb")
    ],
    "7_06_same_roofline": [
        Ask("roofline", f"{KEYWORDS} accelerator={chip} precision=int8", {}, (bound,))
        for chip, bound in (("h100-sxm5-80gb", "overhead"), ("esp32-s3", "compute"))
    ],
    "7_07_battery": [
        Ask(
            "pipelines",
            "stages=roofline,battery links=battery.energy_per_inference:roofline.energy,"
            "battery.active_time:roofline.latency,battery.sleep_power:roofline.accelerator.sleep_power "
            f"model=wake-vision-doorbell accelerator={chip} {TINY} inferences_per_day=1440 battery_energy='1.5 Wh' "
            "utilization=mfu",
            {"battery.lifetime": 86400, "roofline.latency": 1e-3},
        )
        for chip in ("esp32-s3", "nrf52840")
    ],
    "8_02_explain": [
        Ask(
            "pipelines",
            f"{TRAINING} compute_budget='1e21 FLOP' links=tco.duration:parallelism.training_time,"
            "parallelism.model.parameters:scaling_laws.parameters",
            {},
            ("Walls covered: 11, 14, 17",),
        )
    ],
    "8_03_run": [
        Ask(
            "pipelines",
            f"{TRAINING} links=tco.mfu:given compute_budget='1e21 FLOP' fleet=research-256 grid=quebec "
            "duration='30 day' mfu=0.45 infrastructure_multiplier=2.5",
            {"parallelism.step_time": 1, "parallelism.mfu": 0.01, "tco.tco": 1000},
            ("256 devices",),
        )
    ],
    "8_04_sensitivity": [
        Ask(
            "sensitivity",
            "model=llama-3-8b accelerator=h100-sxm5-80gb precision=fp16 efficiency=0.5",
            {"to_memory_bandwidth": 1, "to_layer_overhead": 1},
            ("memory bandwidth",),
        )
    ],
    "8_05_synthesis": [
        Ask(
            "synthesis",
            "model=llama-3-8b target_latency='50 ms' precision=fp16 efficiency=0.5",
            {"required_bandwidth": 1e9, "required_rate": 1e12},
        )
    ],
    "8_08_binding": [
        Ask("sensitivity", f"{asked} efficiency=0.5", {}, (binding,))
        for asked, binding in (
            ("batch_size=1", "memory bandwidth"),
            ("batch_size=64", "memory bandwidth"),
            ("batch_size=64 phase=prefill", "peak"),
        )
    ],
    "9_04_capstone": [
        *(
            Ask(
                "serving",
                f"model=llama-3-70b accelerator=h100-sxm5-80gb batch_size=32 {split}",
                {"ttft": scale, "itl": 1e-3},
            )
            for split, scale in (
                ("precision=fp16 tensor_parallel=1", 1),
                ("precision=fp16 tensor_parallel=8", 1),
                ("precision=fp8 tensor_parallel=8", 1),
            )
        ),
        Ask("tco", "devices=256 duration='1 year'", {"tco": 1}),
    ],
}

CASES = [pytest.param(name, ask, id=f"{name}-{k}") for name, asks in ASKS.items() for k, ask in enumerate(asks)]


@pytest.fixture(scope="module")
def printed():
    """Return the output of each listing, run once."""
    told = {}

    def of(name):
        if name not in told:
            with redirect_stdout(io.StringIO()) as out:
                runpy.run_path(str(FOLDER / f"{name}.py"))
            told[name] = plain(out.getvalue())
        return told[name]

    return of


def command(ask, **options):
    out = io.StringIO()
    call_command("solve", ask.page, *(f"{name}={value}" for name, value in ask.pairs), stdout=out, **options)
    return out.getvalue()


def figure(found, name):
    return (found.get("outputs") or found["figures"])[name]["value"]


def plain(text):
    """Text as one line of words: digits without the narrow spaces between their groups, names without underscores."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", text)).replace("\u202f", "").replace("_", " ").split())


def numbers(text):
    return [float(found.replace(",", "")) for found in re.findall(r"[-+]?\d[\d,]*(?:\.\d+)?", text)]


def test_every_listing_is_asked_and_none_takes_more_lines_than_the_slide():
    assert set(ASKS) == set(LISTINGS)
    assert [name for name, asks in ASKS.items() if not 1 <= len(asks) <= LISTINGS[name][0]] == []


@pytest.mark.parametrize(("name", "ask"), CASES)
def test_command_and_notebook_find_the_same_figures(name, ask, printed):
    found = json.loads(command(ask, json=True))
    shown = numbers(printed(name))
    missing = {
        each: figure(found, each) / scale
        for each, scale in ask.figures.items()
        if not any(_prints(figure(found, each) / scale, number, percent=scale == 0.01) for number in shown)
    }
    assert missing == {}, printed(name)
    told = plain(command(ask))
    assert [
        words for words in ask.words if words.lower() not in printed(name).lower() or words.lower() not in told.lower()
    ] == []


def _prints(value, number, *, percent):
    """Whether `number` is `value` as printed: to three digits, a percentage of ten or more to a whole one."""
    return math.isclose(value, number, rel_tol=6e-3, abs_tol=0.5 if percent and value >= 10 else 0)


@pytest.mark.parametrize(("name", "ask"), CASES)
def test_the_browser_shows_the_figures_of_the_command(name, ask, client):
    page = client.get(ask.url, _query(ask.pairs))
    assert page.status_code == 200
    shown, told = plain(page.content.decode()), command(ask)
    figures = [line.split(maxsplit=1) for line in told.split("\n\n")[0].splitlines() if line.startswith("  ")]
    lines = {name: plain(re.split(r" {2,}", text)[0]) for name, text in figures}  # without the label after the value
    assert [name for name in ask.figures if lines[name] not in shown] == []
    assert [words for words in ask.words if words not in shown] == []


def _query(pairs):
    """Values by name, as a list where a name is repeated."""
    query = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    return query
