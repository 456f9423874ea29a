"""Whether the shipped figures can be true: one check over all rows of a table, with the exceptions that are real.

A check reads the database, so it holds for whatever the files become. An exception names the row and says why; one
that is no longer needed fails too.
"""

import math
import re
from itertools import pairwise

import pytest

from catalog.models import Accelerator, CloudRegion, Fabric, Fleet, Grid, Model, Node
from mlsysweb.answer import answer
from mlsysweb.api.document import outputs
from solvers.errors import InputErrors
from solvers.registry import find
from solvers.shipped import figures as shipped_figures

pytestmark = pytest.mark.usefixtures("catalog")

GIB = 2.0**30


def outliers(rows, is_plausible, exceptions):
    """The rows that are not plausible and not excepted, and the exceptions that have become plausible."""
    wrong = {row.slug for row in rows if not is_plausible(row)}
    return wrong ^ set(exceptions)


# --- Accelerators

_NEURAL_ENGINE = "INT8 is the neural engine, FP16 the GPU"
_WITH_DLA = "INT8 counts the DLA beside the GPU"
NOT_IN_RATIO = {
    "b300-sxm-270gb": "INT8 was cut by design",
    "gb300": "INT8 was cut by design",
    "jetson-orin-nx-16gb": _WITH_DLA,
    "jetson-agx-orin-64gb": _WITH_DLA,
    **dict.fromkeys(("apple-m1", "apple-m2", "apple-m4", "apple-m4-max"), _NEURAL_ENGINE),
    "snapdragon-8-gen3": _NEURAL_ENGINE,
    "pixel-8-tensor-g3": _NEURAL_ENGINE,
    "trainium3": "FP8 is 3.75 times BF16, FP4 no faster (AWS Neuron docs)",
    **dict.fromkeys(("tenstorrent-n150", "tenstorrent-n300"), "FP8 is 3.5 times FP16 (Tenstorrent docs)"),
    **dict.fromkeys(
        ("qualcomm-cloud-ai-100", "qualcomm-cloud-ai-100-ultra"), "INT8 is three times FP16 (Qualcomm's SDK pages)"
    ),
    **dict.fromkeys(
        ("rtx-5090", "rtx-5080-16gb", "rtx-5070-12gb", "rtx-5060-ti-16gb"), "FP8 accumulates in FP32, FP4 in FP16"
    ),
}
# Number format over another, and the whole ratios a dense pair of rates may have.
DENSE_RATIOS = (
    ("peak_fp8", "sixteen", (1, 2)),
    ("peak_int8", "sixteen", (1, 2, 4)),
    ("peak_fp4", "peak_fp8", (1, 2, 3)),
    ("peak_int4", "peak_int8", (2, 4)),
    ("sixteen", "peak_tf32", (1, 2)),
)


def rate(chip, name):
    """A rate of a chip; `sixteen` is that of either 16-bit format."""
    return chip.peak_fp16 or chip.peak_bf16 if name == "sixteen" else getattr(chip, name)


def test_rates_are_dense_in_every_format():
    """A rate printed with 2:4 sparsity is twice what its neighbours allow."""

    def is_plausible(chip):
        pairs = [(rate(chip, over), rate(chip, under), allowed) for over, under, allowed in DENSE_RATIOS]
        return all(
            any(abs(over / under / ratio - 1) < 0.05 for ratio in allowed)
            for over, under, allowed in pairs
            if over and under
        )

    assert not outliers(Accelerator.objects.all(), is_plausible, NOT_IN_RATIO)


# FLOP per byte at which the roofs meet, and watts per TFLOP/s, by tier; in 16 bits, or the next format there is.
RIDGE = {"cloud": (10, 1000), "workstation": (10, 500), "mobile": (40, 800), "edge": (10, 1000), "tiny": (0.5, 40)}
WATTS_PER_TERAFLOPS = {"cloud": (0.2, 8), "workstation": (1.5, 10), "mobile": (0.1, 3), "edge": (0.05, 20)}
OUT_OF_RANGE = {
    "cerebras-wse3": "the weights lie in SRAM",
    "graphcore-gc200": "the weights lie in SRAM",
    "groq-lpu-v1": "the weights lie in SRAM",
    "tpu-v1": "INT8 fed by DDR3",
    "k80-gk210": "no matrix engine",
    "p100-sxm2": "no matrix engine",
    "epyc-7763": "a CPU without a matrix engine",
    "epyc-9654": "a CPU without a matrix engine",
    "xeon-8280": "a CPU without a matrix engine",
    "jetson-nano-4gb": "no matrix engine",
    "gtx-1080-ti-11gb": "no matrix engine",
    "rtx-6000-ada-48gb": "the full rates of a server's chip, which GeForce halves",
    "rtx-pro-6000-96gb": "the full rates of a server's chip, which GeForce halves",
    "iphone-17-pro": "only the FP32 rate of its GPU is known",
    "raspberry-pi-4-8gb": "a CPU without a matrix engine",
    "stm32n6": "the weights lie in external flash",
    "inferentia1": "FP16 fed by 50 GiB/s of DRAM",
    "tenstorrent-p150a": "a matrix engine in each of 120 cores, fed by GDDR6",
    "reference-cpu": "a teaching value",
    "edge-server": "a teaching value",
}


def test_bandwidth_and_power_go_with_the_rate():
    def is_plausible(chip):
        best = rate(chip, "sixteen") or chip.peak_int8 or chip.peak_fp32
        low, high = RIDGE[chip.tier]
        if best and chip.memory_bandwidth and not low <= best / chip.memory_bandwidth <= high:
            return False
        if best and chip.tdp and chip.tier in WATTS_PER_TERAFLOPS:
            low, high = WATTS_PER_TERAFLOPS[chip.tier]
            return low <= chip.tdp / (best / 1e12) <= high
        return True

    assert not outliers(Accelerator.objects.all(), is_plausible, OUT_OF_RANGE)


def test_a_capacity_in_a_name_is_the_capacity():
    """In GiB, as the system sees it: 2 percent off at most ("270gb" is 268.6 GiB)."""

    def is_plausible(chip):
        named = re.search(r"-(\d+)gb", chip.slug)
        return not named or math.isclose(chip.memory_capacity, int(named[1]) * GIB, rel_tol=0.02)

    assert not outliers(Accelerator.objects.all(), is_plausible, {})


def test_years_are_possible():
    for chip in Accelerator.objects.all():
        assert 2010 <= chip.release_year <= int(chip.source_date[:4]) + 1, chip.slug
    for model in Model.objects.all():
        assert 2010 <= model.release_year <= 2027, model.slug
    for grid in Grid.objects.exclude(year=None):
        assert 2020 <= grid.year <= 2026 or "old year" in grid.note, grid.slug


def test_a_larger_memory_of_the_same_chip_is_not_older():
    for slugs in (
        ("a100-sxm4-40gb", "a100-sxm4-80gb"),
        ("gh200-96gb", "gh200-144gb"),
        ("h100-sxm5-80gb", "h200-sxm-141gb"),
    ):
        years = [Accelerator.objects.get(slug=slug).release_year for slug in slugs]
        assert years == sorted(years), slugs
    parts = {row.slug: row.release_year for row in Accelerator.objects.filter(slug__startswith="v100-")}
    assert len(set(parts.values())) == 1, parts


def test_every_cloud_chip_is_in_a_node():
    """A fleet has nodes, so a chip in none can't be asked about there."""
    assert not outliers(Accelerator.objects.filter(tier="cloud"), lambda chip: chip.nodes.exists(), {})


def latency(**question):
    """Return the latency by the roofline; None where it has no answer."""
    try:
        return outputs(answer(find("roofline"), question))["latency"]
    except InputErrors:
        return None


SAYS_WHY = re.compile("no roofline:", re.I)


def test_every_chip_answers_the_wall_it_is_first_shown_on_or_says_why_not():
    """Llama 3 8B in 16 bits, in 8 on a chip whose rates in wider formats are unknown; a microcontroller spots
    keywords."""

    def is_plausible(chip):
        wide = chip.peak_fp16 or chip.peak_bf16 or chip.peak_fp32
        asked = {"model": "mlperf-tiny-kws-dscnn"} if chip.tier == "tiny" else {}
        narrow = "fp8" if chip.peak_fp8 else "int8"
        found = latency(accelerator=chip.slug, precision="fp16" if wide and chip.tier != "tiny" else narrow, **asked)
        return bool(found and math.isfinite(found)) != bool(SAYS_WHY.search(chip.note))

    assert not outliers(Accelerator.objects.all(), is_plausible, {})


# --- Models


def test_every_model_answers_the_roofline_or_says_why_not():
    def is_plausible(model):
        found = latency(model=model.slug)
        return bool(found and math.isfinite(found)) != bool(SAYS_WHY.search(model.note))

    assert not outliers(Model.objects.all(), is_plausible, {})


def test_no_model_uses_more_than_it_has():
    for model in Model.objects.all():
        active = model.active_parameters or model.parameters
        assert active <= model.parameters, model.slug
        assert (model.embedding_parameters or 0) < active, model.slug
        assert (model.experts_per_token or 0) <= (model.experts or math.inf), model.slug


NOT_BY_GEOMETRY = {
    "bert-base": "position and segment tables and a pooler beside",
    "bert-large": "position and segment tables and a pooler beside",
    "bge-large-en": "position and segment tables and a pooler beside",
    "gpt2-small": "a position table beside",
    "roberta-base": "a position table and a pooler beside",
}


def attention_parameters(model):
    """Of one layer: queries, keys, values and output."""
    return 2 * model.hidden_size * model.head_dim * (model.attention_heads + model.kv_heads)


def test_parameters_of_a_dense_transformer_follow_from_its_geometry():
    """Attention and an MLP of two or three matrices in each layer, and one or two embeddings: within half a percent."""

    def is_plausible(m):
        layer = attention_parameters(m) + m.mlp_matrices * m.hidden_size * m.intermediate_size
        shared = 1 if m.embedding_parameters == 0 else 2
        return math.isclose(m.layers * layer + shared * m.vocabulary * m.hidden_size, m.parameters, rel_tol=0.005)

    whole = Model.objects.filter(architecture="dense_transformer").exclude(vocabulary=None)
    assert whole.count() > 40
    assert not outliers(whole, is_plausible, NOT_BY_GEOMETRY)


def latent_attention_parameters(model):
    """Of one layer of multi-head latent attention: down and up projections of queries and of keys and values."""
    without_positions = model.head_dim - model.qk_rope_head_dim
    queries = model.q_lora_rank * (model.hidden_size + model.attention_heads * model.head_dim)
    down = model.hidden_size * (model.kv_lora_rank + model.qk_rope_head_dim)
    up = model.kv_lora_rank * model.attention_heads * (without_positions + model.v_head_dim)
    return queries + down + up + model.attention_heads * model.v_head_dim * model.hidden_size


BESIDE_GEOMETRY = {
    "deepseek-v3.2": "the index of its sparse attention beside",
    "glm-5": "the index of its sparse attention beside",
    "mimo-v2-flash": "its window layers have another size of keys and values",
}


def test_parameters_of_a_mixture_follow_from_its_geometry():
    """All parameters and those a token uses, with shared experts, routers and dense layers: within half a percent."""
    mixtures = Model.objects.filter(architecture="moe_transformer").exclude(slug="gpt-4-estimate")
    assert mixtures.count() >= 9
    assert set(BESIDE_GEOMETRY) <= set(mixtures.values_list("slug", flat=True))
    for m in mixtures:
        matrix = m.mlp_matrices * m.hidden_size
        attention = attention_parameters(m) if m.kv_lora_rank is None else latent_attention_parameters(m)
        router = m.hidden_size * m.experts
        fixed = m.layers * attention + m.expert_layers * router + 2 * m.vocabulary * m.hidden_size
        if m.expert_layers < m.layers:
            fixed += (m.layers - m.expert_layers) * matrix * m.intermediate_size
        for parameters, experts in ((m.parameters, m.experts), (m.active_parameters, m.experts_per_token)):
            used = experts + (m.shared_experts or 0)
            count = fixed + m.expert_layers * matrix * used * m.expert_intermediate_size
            off = 0.05 if m.slug in BESIDE_GEOMETRY else 0.005
            assert math.isclose(count, parameters, rel_tol=off), m.slug


def test_an_input_embedding_is_as_large_as_the_vocabulary_unless_the_head_shares_it():
    for m in Model.objects.filter(task="text generation").exclude(vocabulary=None):
        assert m.embedding_parameters in (0, m.vocabulary * m.hidden_size), m.slug
    untied = {slug: Model.objects.get(slug=slug) for slug in ("llama-3-8b", "gpt-oss-20b", "gpt-oss-120b")}
    multiplied = {slug: (m.active_parameters - m.embedding_parameters) / 1e9 for slug, m in untied.items()}
    # OpenAI counts 3.6 and 5.1 billion; Llama 3 8B without 128256 x 4096.
    assert multiplied == pytest.approx({"llama-3-8b": 7.50, "gpt-oss-20b": 3.61, "gpt-oss-120b": 5.13}, abs=0.006)


def test_layer_groups_are_of_the_layers_there_are():
    """The sizes they lead to are tests of the law, tests/solvers/laws/test_kv_cache.py."""
    for m in Model.objects.all():
        cached = m.layers if m.kv_cache_layers is None else m.kv_cache_layers
        assert (m.windowed_layers or 0) <= (cached or 0) <= (m.layers or 0), m.slug
        assert (m.windowed_layers is None) == (m.attention_window is None), m.slug
        decodes = m.architecture == "encoder_decoder_transformer"
        assert decodes == (m.cross_attention_tokens is not None), m.slug
        assert not decodes or m.kv_cache_layers == m.layers / 2, m.slug
        assert (m.kv_cache_layers is None) or decodes or (m.architecture == "hybrid" and m.state_size), m.slug
    windowed = set(Model.objects.exclude(windowed_layers=None).values_list("slug", flat=True))
    assert {"mistral-7b", "gpt-oss-20b", "gemma-2-9b", "gemma-3-27b", "phi-3-mini"} <= windowed


def test_a_transformer_has_what_the_law_of_kernels_asks_for():
    """All sizes of its matrices, or the note says why not."""
    sizes = ("layers", "hidden_size", "attention_heads", "kv_heads", "head_dim", "vocabulary", "mlp_matrices")

    def is_plausible(m):
        mlp = m.expert_intermediate_size and m.expert_layers if m.experts else m.intermediate_size
        latent = m.kv_lora_rank is None or (m.q_lora_rank and m.v_head_dim and m.qk_rope_head_dim)
        return bool(all(getattr(m, size) for size in sizes) and mlp and latent)

    kinds = ("dense_transformer", "moe_transformer", "encoder_decoder_transformer", "hybrid")
    of_pixels = ("image classification", "image segmentation")  # they have no vocabulary
    whole = Model.objects.filter(architecture__in=kinds).exclude(task__in=of_pixels)
    assert not outliers(whole, is_plausible, {"gpt-4-estimate": "not disclosed"})


# --- Grids and regions

SHARES = tuple(f"share_{fuel}" for fuel in ("coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "bio_other"))


def test_shares_of_a_mix_make_a_whole():
    mixes = {grid.slug: [getattr(grid, name) for name in SHARES] for grid in Grid.objects.all()}
    known = {slug: shares for slug, shares in mixes.items() if None not in shares}
    assert len(known) > 220 and {slug for slug, shares in mixes.items() if any(shares)} <= set(known)
    assert not {slug: sum(shares) for slug, shares in known.items() if not math.isclose(sum(shares), 1, abs_tol=0.002)}


def test_a_second_carbon_figure_is_not_the_first_again():
    """Equal to four digits is the same series, in another edition or by another way."""
    for grid in Grid.objects.exclude(carbon_intensity_alternative=None).exclude(region_type="classroom"):
        assert not math.isclose(grid.carbon_intensity_alternative, grid.carbon_intensity, rel_tol=1e-3), grid.slug
        assert "alt" in grid.note, grid.slug


def test_every_country_says_of_which_year_its_carbon_is():
    countries = Grid.objects.filter(region_type="country").exclude(carbon_intensity=None)
    assert countries.count() == 213
    assert not countries.filter(year=None).exists() and not countries.exclude(source_date="2026-06-30").exists()


def test_every_price_says_of_which_sector_it_is():
    for grid in Grid.objects.exclude(electricity_price=None):
        assert re.match(r"industrial.*(Eurostat|EIA)\)$", grid.electricity_price_basis), grid.slug
        assert 0.02 < grid.electricity_price * 3.6e6 < 0.5, grid.slug


def water_derived(grid):
    """Litres a joule by the fuel mix, as the spec has it; None where unknown."""
    return grid.figures()["water_intensity_derived"]


def test_derived_water_agrees_with_what_was_measured_within_a_factor_of_two_for_most():
    both = [
        water_derived(grid) / grid.water_intensity
        for grid in Grid.objects.filter(region_type="country").exclude(water_intensity=None)
        if water_derived(grid) is not None
    ]
    assert len(both) > 40
    assert sum(0.5 <= ratio <= 2 for ratio in both) / len(both) > 0.6


def test_derived_water_is_computed_by_hand_for_norway_and_unknown_on_an_island_of_oil():
    shares = {"hydro": 17.0, "wind": 0.0, "gas": 0.75, "coal": 2.6, "bio_other": 2.1, "solar": 0.1, "nuclear": 2.5}
    norway = Grid.objects.get(slug="norway-measured")
    by_hand = sum(litres * getattr(norway, f"share_{fuel}") for fuel, litres in shares.items()) / (1 - norway.share_oil)
    assert water_derived(norway) * 3.6e6 == pytest.approx(by_hand, rel=1e-3)
    assert water_derived(Grid.objects.get(slug="bahamas")) is None
    assert water_derived(Grid.objects.get(slug="quebec")) is None  # a classroom value has no mix


# Where the places cloud regions are named after lie, and in which country; from an atlas, to a tenth of a degree.
PLACES = {
    "Cape Town": (-33.9, 18.4, "ZAF"),
    "Johannesburg": (-26.2, 28.0, "ZAF"),
    "Hong Kong": (22.3, 114.2, "HKG"),
    "Tokyo": (35.7, 139.7, "JPN"),
    "Osaka": (34.7, 135.5, "JPN"),
    "Seoul": (37.6, 127.0, "KOR"),
    "Mumbai": (19.1, 72.9, "IND"),
    "Hyderabad": (17.4, 78.5, "IND"),
    "India South Central": (17.4, 78.5, "IND"),
    "Delhi": (28.6, 77.2, "IND"),
    "Singapore": (1.35, 103.8, "SGP"),
    "Sydney": (-33.9, 151.2, "AUS"),
    "Australia East": (-33.9, 151.2, "AUS"),
    "Melbourne": (-37.8, 145.0, "AUS"),
    "Australia Southeast": (-37.8, 145.0, "AUS"),
    "Jakarta": (-6.2, 106.8, "IDN"),
    "Indonesia Central": (-6.2, 106.8, "IDN"),
    "Canada (Central)": (45.5, -73.6, "CAN"),
    "Montréal": (45.5, -73.6, "CAN"),
    "Calgary": (51.0, -114.1, "CAN"),
    "Toronto": (43.7, -79.4, "CAN"),
    "Beijing": (39.9, 116.4, "CHN"),
    "Ningxia": (38.5, 106.2, "CHN"),
    "Frankfurt": (50.1, 8.7, "DEU"),
    "Berlin": (52.5, 13.4, "DEU"),
    "Norway East": (59.9, 10.8, "NOR"),
    "Pune": (18.5, 73.9, "IND"),
    "Zurich": (47.4, 8.5, "CHE"),
    "Zürich": (47.4, 8.5, "CHE"),
    "Stockholm": (59.3, 18.1, "SWE"),
    "Sweden": (59.3, 18.1, "SWE"),
    "Milan": (45.5, 9.2, "ITA"),
    "Italy North": (45.5, 9.2, "ITA"),
    "Turin": (45.1, 7.7, "ITA"),
    "Spain": (40.4, -3.7, "ESP"),
    "Madrid": (40.4, -3.7, "ESP"),
    "Ireland": (53.3, -6.3, "IRL"),
    "London": (51.5, -0.1, "GBR"),
    "Paris": (48.9, 2.4, "FRA"),
    "Tel Aviv": (32.1, 34.8, "ISR"),
    "UAE": (25.2, 55.3, "ARE"),
    "Bahrain": (26.2, 50.6, "BHR"),
    "Doha": (25.3, 51.5, "QAT"),
    "Dammam": (26.4, 50.1, "SAU"),
    "São Paulo": (-23.6, -46.6, "BRA"),
    "Sāo Paulo": (-23.6, -46.6, "BRA"),
    "Brazil": (-22.9, -47.1, "BRA"),
    "Santiago": (-33.4, -70.7, "CHL"),
    "Mexico": (20.6, -100.4, "MEX"),
    "Austria East": (48.2, 16.4, "AUT"),
    "Denmark": (55.7, 12.6, "DNK"),
    "Greece": (38.0, 23.7, "GRC"),
    "New Zealand": (-36.8, 174.8, "NZL"),
    "Poland": (52.2, 21.0, "POL"),
    "Warsaw": (52.2, 21.0, "POL"),
    "Taiwan": (25.0, 121.6, "TWN"),
    "Netherlands": (52.4, 4.9, "NLD"),
    "Eemshaven": (53.4, 6.8, "NLD"),
    "Belgium": (51.0, 4.5, "BEL"),
    "Finland": (60.2, 24.9, "FIN"),
    "Bangkok": (13.8, 100.5, "THA"),
    "GovCloud (US East)": (39.0, -77.5, "USA"),
    "GovCloud (US West)": (45.5, -122.7, "USA"),
    "N. California": (36.8, -119.4, "USA"),
    "California: West US": (37.8, -122.4, "USA"),
    "Washington: West US 2": (47.2, -119.8, "USA"),
    "Wyoming": (41.1, -104.8, "USA"),
    "Arizona": (33.4, -112.1, "USA"),
    "Iowa": (41.6, -93.6, "USA"),
    "N. Virginia": (39.0, -77.5, "USA"),
    "Northern Virginia": (39.0, -77.5, "USA"),
    "Virginia: East US": (36.7, -78.4, "USA"),
    "Ohio": (40.0, -83.0, "USA"),
    "Columbus": (40.0, -83.0, "USA"),
    "Georgia: East US 3": (33.7, -84.4, "USA"),
    "Georgia": (32.3, -83.1, "USA"),
    "Illinois": (41.9, -87.7, "USA"),
    "Texas": (29.4, -98.5, "USA"),
    "Dallas": (32.8, -96.8, "USA"),
    "Oklahoma": (36.2, -95.9, "USA"),
    "South Carolina": (34.8, -82.4, "USA"),
    "Alabama and Tennessee": (34.7, -86.6, "USA"),
    "Oregon": (45.5, -122.5, "USA"),
    "Los Angeles": (34.1, -118.2, "USA"),
    "Salt Lake City": (40.8, -111.9, "USA"),
    "Las Vegas": (36.2, -115.1, "USA"),
    "Malaysia": (3.1, 101.7, "MYS"),
    "Thailand": (13.8, 100.5, "THA"),
    "Taipei": (25.0, 121.6, "TWN"),
    "Quebec City": (46.8, -71.2, "CAN"),
    "Beauharnois": (45.3, -73.9, "CAN"),
    "Cardiff": (51.5, -3.2, "GBR"),
    "Amsterdam": (52.4, 4.9, "NLD"),
    "Jeddah": (21.5, 39.2, "SAU"),
    "Hangzhou": (30.3, 120.2, "CHN"),
    "Shanghai": (31.2, 121.5, "CHN"),
    "Shenzhen": (22.5, 114.1, "CHN"),
    "Gravelines": (51.0, 2.1, "FRA"),
    "Strasbourg": (48.6, 7.8, "FRA"),
    "Falkenstein": (50.5, 12.4, "DEU"),
    "Nuremberg": (49.5, 11.1, "DEU"),
    "Helsinki": (60.2, 24.9, "FIN"),
    "Ashburn": (39.0, -77.5, "USA"),
    "US (Virginia)": (39.0, -77.5, "USA"),
    "Virginia": (39.0, -77.5, "USA"),
    "Phoenix": (33.4, -112.1, "USA"),
    "Chicago": (41.9, -87.7, "USA"),
    "San Jose": (37.3, -121.9, "USA"),
    "Silicon Valley": (37.3, -121.9, "USA"),
    "California": (37.3, -121.9, "USA"),
    "Hillsboro": (45.5, -123.0, "USA"),
    "Kansas City": (39.1, -94.6, "USA"),
    "Utah": (40.8, -111.9, "USA"),
    "New York": (42.7, -73.8, "USA"),
    "New Jersey": (40.2, -74.7, "USA"),
    "Michigan": (42.7, -84.6, "USA"),
    "Nevada": (39.5, -119.8, "USA"),
    "Washington": (47.6, -122.3, "USA"),
    "Barcelona": (41.4, 2.2, "ESP"),
    "Alava": (42.9, -2.7, "ESP"),
    "Falun": (60.6, 15.6, "SWE"),
    "Kristiansand": (58.1, 8.0, "NOR"),
    "Skovlunde": (55.7, 12.4, "DNK"),
    "Crawley": (51.1, -0.2, "GBR"),
    "Ontario": (43.7, -79.4, "CAN"),
}


def kilometres(one, other):
    """Along the great circle."""
    (a, b), (c, d) = ([math.radians(degrees) for degrees in place] for place in (one, other))
    return 6371 * math.acos(min(1, math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)))


def namesake(region):
    """The place of PLACES with the longest name in the region's own."""
    return PLACES[max((name for name in PLACES if name in region.location), key=len)]


def test_a_region_lies_where_its_name_says():
    regions = CloudRegion.objects.all()
    far = {
        region.slug: round(kilometres((region.latitude, region.longitude), namesake(region)[:2]))
        for region in regions
        if kilometres((region.latitude, region.longitude), namesake(region)[:2]) > 150
    }
    assert not far
    assert not {region.slug: region.country for region in regions if region.country != namesake(region)[2]}


def test_a_region_draws_from_a_grid_of_its_country():
    for region in CloudRegion.objects.select_related("grid"):
        assert region.grid.country == region.country, region.slug
        assert region.grid.region_type in ("country", "subnational"), region.slug


def test_regions_of_one_place_have_one_carbon_within_a_basis():
    """Two rows of one grid, one basis and one year can't differ: one of them is another place's."""
    found = {}
    for region in CloudRegion.objects.exclude(carbon_intensity=None):
        key = (
            region.provider,
            region.carbon_basis,
            region.carbon_year,
            round(region.latitude),
            round(region.longitude),
        )
        assert found.setdefault(key, region.carbon_intensity) == region.carbon_intensity, region.slug


def test_a_regions_carbon_is_near_its_grids_or_the_note_says_how_far():
    for region in CloudRegion.objects.exclude(carbon_intensity=None).select_related("grid"):
        assert region.carbon_basis, region.slug
        ratio = region.carbon_intensity / region.grid.carbon_intensity
        assert 0.7 <= ratio <= 1.4 or f"{ratio:.2f} times" in region.note, (region.slug, ratio)


def test_a_sites_figures_say_what_they_are():
    for region in CloudRegion.objects.all():
        for figure, basis in ((region.pue, region.pue_basis), (region.wue, region.wue_basis)):
            assert (figure is not None) == bool(
                re.search(r"(annual mean|design values).*20\d\d|20\d\d, design", basis)
            ), region.slug
        if region.pue == 1.12 and region.provider == "Azure":
            assert "design" in region.pue_basis, region.slug


def test_no_figure_stands_for_every_region_of_a_provider():
    """A company-wide mean put on each region looks like a measurement of it."""
    for provider in CloudRegion.objects.values_list("provider", flat=True).distinct():
        known = [region.wue for region in CloudRegion.objects.filter(provider=provider).exclude(wue=None)]
        assert max(map(known.count, known), default=0) <= 5, provider


# --- Fleets and nodes

FACILITY = {"google-tpu-v4-pod": "hosts and switches beside chips of 200 W"}


def test_a_fleets_power_is_that_of_its_chips_and_what_is_around_them():
    """Watts per chip over its TDP: servers, network and cooling make at most three of one."""

    def is_plausible(fleet):
        chip = fleet.node.accelerator
        if fleet.power is None or chip.tdp is None:
            return True
        return 0.9 <= fleet.power / (fleet.nodes * fleet.node.accelerators_per_node) / chip.tdp <= 3

    assert not outliers(Fleet.objects.select_related("node__accelerator"), is_plausible, FACILITY)


def test_a_nodes_power_and_price_cover_its_chips():
    for node in Node.objects.select_related("accelerator").exclude(accelerator__tdp=None).exclude(max_power=None):
        assert node.max_power >= 0.95 * node.accelerators_per_node * node.accelerator.tdp, node.slug


def test_every_generation_of_pcie_is_twice_the_one_before():
    rates = [Fabric.objects.get(slug=f"pcie-{generation}-x16").bandwidth for generation in (3, 4, 5, 6)]
    assert all(1.9 <= after / before <= 2.001 for before, after in pairwise(rates))
    assert all(fabric.shared_bus for fabric in Fabric.objects.filter(slug__startswith="pcie-"))


# The error that each check has to find, put into one row.
ERRORS = [
    (test_rates_are_dense_in_every_format, Accelerator, "h100-sxm5-80gb", {"peak_fp8": 3.958e15}),
    (test_rates_are_dense_in_every_format, Accelerator, "a10g", {"peak_fp16": 125e12}),
    (test_bandwidth_and_power_go_with_the_rate, Accelerator, "cerebras-wse3", {"memory_bandwidth": 1e14}),
    (test_bandwidth_and_power_go_with_the_rate, Accelerator, "l4", {"tdp": 7200.0}),
    (test_a_capacity_in_a_name_is_the_capacity, Accelerator, "gh200-96gb", {"memory_capacity": 144 * GIB}),
    (test_years_are_possible, Accelerator, "t4", {"release_year": 26}),
    (test_years_are_possible, Grid, "chile", {"year": 2009}),
    (test_a_larger_memory_of_the_same_chip_is_not_older, Accelerator, "v100-sxm2-32gb", {"release_year": 2017}),
    (test_every_cloud_chip_is_in_a_node, Accelerator, "rtx-3090", {"tier": "cloud"}),
    (
        test_every_chip_answers_the_wall_it_is_first_shown_on_or_says_why_not,
        Accelerator,
        "coral-edge-tpu",
        {"peak_int8": None},
    ),
    (
        test_every_chip_answers_the_wall_it_is_first_shown_on_or_says_why_not,
        Accelerator,
        "trainium3",
        {"memory_bandwidth": None},
    ),
    (test_every_model_answers_the_roofline_or_says_why_not, Model, "clip-vit-b-32", {"inference_flop": None}),
    (test_no_model_uses_more_than_it_has, Model, "mixtral-8x7b", {"active_parameters": 5e10}),
    (
        test_parameters_of_a_dense_transformer_follow_from_its_geometry,
        Model,
        "qwen3-8b",
        {"intermediate_size": 14336.0},
    ),
    (test_parameters_of_a_mixture_follow_from_its_geometry, Model, "mixtral-8x22b", {"parameters": 176e9}),
    (test_parameters_of_a_mixture_follow_from_its_geometry, Model, "deepseek-v3", {"expert_layers": 61.0}),
    (
        test_an_input_embedding_is_as_large_as_the_vocabulary_unless_the_head_shares_it,
        Model,
        "gpt-oss-20b",
        {"embedding_parameters": 0.0},
    ),
    (test_layer_groups_are_of_the_layers_there_are, Model, "gemma-3-27b", {"windowed_layers": 63.0}),
    (test_layer_groups_are_of_the_layers_there_are, Model, "whisper-base", {"kv_cache_layers": None}),
    (test_a_transformer_has_what_the_law_of_kernels_asks_for, Model, "qwen3-8b", {"mlp_matrices": None}),
    (test_shares_of_a_mix_make_a_whole, Grid, "chile", {"share_coal": 0.5}),
    (test_shares_of_a_mix_make_a_whole, Grid, "chile", {"share_coal": None}),
    (
        test_a_second_carbon_figure_is_not_the_first_again,
        Grid,
        "ca-alberta",
        {"carbon_intensity_alternative": 434.5 / 3.6e9},
    ),
    (test_every_country_says_of_which_year_its_carbon_is, Grid, "chile", {"year": None}),
    (test_every_price_says_of_which_sector_it_is, Grid, "france", {"electricity_price_basis": ""}),
    (test_every_price_says_of_which_sector_it_is, Grid, "france", {"electricity_price": 0.1024}),
    (test_a_region_lies_where_its_name_says, CloudRegion, "gcp-us-south1", {"latitude": 44.9, "longitude": -123.3}),
    (test_a_region_lies_where_its_name_says, CloudRegion, "gcp-me-central1", {"country": "ARE"}),
    (test_a_region_draws_from_a_grid_of_its_country, CloudRegion, "azure-northeurope", {"country": "FIN"}),
    (test_regions_of_one_place_have_one_carbon_within_a_basis, CloudRegion, "azure-eastus", {"carbon_intensity": 1e-7}),
    (test_a_regions_carbon_is_near_its_grids_or_the_note_says_how_far, CloudRegion, "aws-us-east-1", {"note": ""}),
    (
        test_a_regions_carbon_is_near_its_grids_or_the_note_says_how_far,
        CloudRegion,
        "aws-us-east-1",
        {"carbon_basis": ""},
    ),
    (test_a_sites_figures_say_what_they_are, CloudRegion, "aws-us-east-1", {"pue_basis": ""}),
    (test_a_fleets_power_is_that_of_its_chips_and_what_is_around_them, Fleet, "nvidia-eos", {"power": 6.69e3}),
    (test_a_nodes_power_and_price_cover_its_chips, Node, "dgx-h100", {"max_power": 1020.0}),
    (test_every_generation_of_pcie_is_twice_the_one_before, Fabric, "pcie-5-x16", {"bandwidth": 128e9}),
]


@pytest.mark.parametrize(("check", "table", "slug", "error"), ERRORS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_check_finds_the_error_it_was_written_for(check, table, slug, error):
    row = table.objects.get(slug=slug)
    check()
    table.objects.filter(pk=row.pk).update(**error)
    with pytest.raises(AssertionError):
        check()


def test_a_figure_repeated_in_every_region_is_found():
    CloudRegion.objects.filter(provider="AWS").update(wue=0.18 / 3.6e6)
    with pytest.raises(AssertionError):
        test_no_figure_stands_for_every_region_of_a_provider()


def test_an_exception_that_is_no_longer_needed_is_found():
    Accelerator.objects.filter(slug="trainium3").update(peak_fp8=2 * 671e12, peak_fp4=2 * 671e12)
    with pytest.raises(AssertionError):
        test_rates_are_dense_in_every_format()


def test_wrong_medians_of_water_are_found(monkeypatch):
    monkeypatch.setitem(shipped_figures.WATER_BY_FUEL, "share_hydro", 1.7)
    with pytest.raises(AssertionError):
        test_derived_water_is_computed_by_hand_for_norway_and_unknown_on_an_island_of_oil()
