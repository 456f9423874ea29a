"""Each frame of the tutorial's parts 5 to 9: what its screen or page has to show for the frame to be taught from it."""

from html import unescape

import pytest
from django.template.defaultfilters import striptags

from mlsysweb.classroom.lessons.shipped import shipped_lessons

from .test_shipped_lessons import COVERED_BY

pytestmark = pytest.mark.usefixtures("catalog")

# By frame of the tutorial: words on the screen of its lesson, in its text, figures, demos, question or resources.
SHOWN = {
    "0": ("14:30", "16:45", "Part 4", "this lesson"),
    "5.1": ("1,024 H100s, accelerators alone", "$30M", "Electricity over three years", "10 % of the total"),
    "5.2": ("CapEx", "depreciated over three to five years", "The same on spot machines"),
    "5.3": ("Accelerators | 40 %", "Network | 20 %", "Staff and operations | 15 %", "2.5×", "too small by a factor"),
    "5.4": ("PUE", "0.815×", "Carbon intensity"),
    "5.5": ("Québec", "Sweden", "Germany", "US average", "Poland", "41×"),
    "5.6": ("Boavizta", "Microcontroller", "embodied share"),
    "5.7": ("Total cost of ownership", "Operational carbon", "Québec"),
    "5.8": ("Poland", "Québec", "Saved by Québec", "12.6", "1,064 MWh", "872.5 t", "21.3 t"),
    "5.9": ("Exercise 5a", "How many tonnes of CO₂e does Québec save", "2,100 MWh", "850 t", "60 seconds"),
    "5.9b": ("Exercise 5b", "H100", "MI300X", "Gaudi 3 at its list price", "B200"),
    "5.10": ("takeaways", "Utilization decides the cost", "41×"),
    "6.1": ("ten thousand", "10,000", "budget of $1M"),
    "6.2": ("Declare", "Search", "Rank", "Configurations that meet the constraints"),
    "6.3": ("Pareto-optimal", "knee", "dominated"),
    "6.4": ("Rows", "Of these memory-bound", "Highest MFU of the sweep", "bottleneck == memory"),
    "6.5": ("Highest throughput", "Its latency", "end of the axis"),
    "6.6": ("The end of the searched axis", "p99", "Maximum batch size (memory)", "Batch sizes that meet p99"),
    "6.7": ("Exercise 6", "$1M", "50 ms", "first token", "H100 alone: lowest cost", "INT8, batch 16–32"),
    "6.8": ("takeaways", "exhaustive", "Constraints first", "Configurations evaluated for this frame"),
    "7.1": ("microcontroller", "two dollars", "hundred devices"),
    "7.2": ("nRF52840", "Compute: H100", "Bandwidth: H100", "Power: H100", "10⁷×", "10⁹×", "10^4.7×"),
    "7.3": ("Flash bandwidth", "SRAM bandwidth", "SRAM over flash", "12×", "does not run"),
    "7.4": ("50 µJ", "1 mJ", "25 mJ", "50 J", "nRF52840, keyword", "ESP32-S3, person", "YOLOv8n", "Llama 3 8B"),
    "7.5": ("nRF52840: limiting factor", "H100: limiting factor", "compute-bound", "overhead-bound", "slide"),
    "7.6": ("For keyword spotting neither is", "limiting factor", "ESP32-S3"),
    "7.7": ("coin cell", "asleep in between", "idle in between", "365 days"),
    "7.8": ("takeaways", "nine orders", "Choose the device by the workload"),
    "8.1": ("pipeline", "dollars and tonnes"),
    "8.2": ("Takes", "Gives", "11, 14 and 17", "inputs are missing"),
    "8.3": ("do not belong together", "duration linked", "paid for 30 days", "0.45"),
    "8.4": ("elasticity", "Elasticity to memory bandwidth", "Elasticity to peak FLOP/s"),
    "8.5": ("321 GB/s", "642 GFLOP/s", "Chips that meet it"),
    "8.6": ("1.5×", "6.3×", "2×", "2.5×", "FP8", "improving what is not the limit"),
    "8.7": ("11, 12, 13, 20", "Goodput", "all 22 walls have a place"),
    "8.8": ("batch 64", "For decode it does not", "Prefill at batch 64", "peak FLOP/s"),
    "9.1": ("Compute", "Synthesis", "Six domains", "poster"),
    "9.2": ("Not modeled", "cycle-accurate", "profiler", "deployment tool"),
    "9.3a": ("Mixture of experts | Yes", "Mixtral 8x7B"),
    "9.3b": ("Grouped-query attention | Yes", "KV cache"),
    "9.3c": ("Network contention | Yes", "Contention of flows hashed onto 16 paths", "at that contention: MFU"),
    "9.3d": ("Spot prices | Yes", "Goodput on spot machines"),
    "9.3e": ("Live dashboards | Yes",),
    "9.3f": ("Hugging Face Hub | Yes", "/catalog/from-config/", "config.json"),
    "9.4": ("$5M per year", "1,000 requests per second", "100 ms", "two regions", "tensor-parallel", "Hand in"),
    "9.4b": ("Which of the 22 walls", "What would you change", "choose the wall that limits it"),
    "9.5": ("poster", "Roofline", "PagedAttention", "Carbon emissions", "mlsysbook.ai"),
}

# By frame: a page that it opens, and words which that page has to show.
OPENED = {
    "0": ("/", "Follow the course", "Economics and sustainability"),
    "5.3": ("/walls/tco/", "Accelerator share of purchase", "Staff"),
    "5.5": ("/geography/?grid=quebec", "Quebec (tutorial)", "1.68 t"),
    "5.7": ("/pipeline/?stages=tco,sustainability&grid=quebec", "Total cost", "Operational carbon"),
    "5.9": ("/walls/sustainability/?grid=quebec&other_grid=poland", "Poland"),
    "5.9b": ("/walls/shootout/?also=gaudi3", "MI300X", "Gaudi 3"),
    "6.1": ("/explore/", "configurations", "feasible"),
    "6.8": ("/explore/", "configurations evaluated in"),
    "7.1": ("/spectrum/", "nRF52840", "H100"),
    "7.7": ("/walls/battery/", "Battery"),
    "8.2": ("/pipeline/", "Walls covered: 11, 14, 17."),
    "8.4": ("/walls/sensitivity/", "memory bandwidth"),
    "8.6": ("/fallacies/", "3.2"),
    "8.7": ("/system/iron-law/", "22"),
    "9.1": ("/poster/", "Compute", "Synthesis"),
    "9.3f": ("/catalog/from-config/", "config.json"),
    "9.4": ("/capstone/", "per year", "Pipeline-parallel", "requirements met"),
}


def words_of(frame):
    """Return all that a screen shows to the class, without emphasis."""
    texts = [frame.title, frame.text, str(frame.asked), frame.equation]
    texts += [text for each in frame.figures for text in (each.label, each.slide, each.why)]
    texts += [demo.title for demo in frame.demos]
    texts += [text for each in frame.resources for text in (each.words, each.url)]
    return " ".join(texts).replace("**", "")


def test_each_row_is_in_the_table():
    assert list(SHOWN) == list(COVERED_BY)


@pytest.mark.parametrize("row", SHOWN)
def test_the_screen_of_a_frame_has_what_the_frame_needs(row):
    lesson, _, slug = COVERED_BY[row].partition("/")
    shown = words_of(shipped_lessons()[lesson].frame(slug))
    assert not [words for words in SHOWN[row] if words not in shown]


@pytest.mark.parametrize("row", OPENED)
def test_the_page_of_a_frame_has_what_the_frame_needs(row, client):
    url, *needed = OPENED[row]
    answered = client.get(url)
    assert answered.status_code == 200
    shown = " ".join(unescape(striptags(answered.content.decode())).split())
    assert not [words for words in needed if words not in shown]


def test_the_home_page_opens_the_lesson_of_each_part(client):
    shown = client.get("/").content.decode()
    assert all(f'href="/lessons/{slug}/"' in shown for slug in shipped_lessons())
    linked = {"/explore/", "/walls/battery/", "/walls/sensitivity/", "/fallacies/", "/system/iron-law/", "/poster/"}
    parts = client.get("/").context["page"].parts
    assert linked <= {link.url for part in parts for link in part.links}
