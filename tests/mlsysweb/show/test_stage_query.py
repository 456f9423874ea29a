"""A link from a page over many walls opens each of them at the same figures."""

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from mlsysweb.answer import answer
from mlsysweb.pages.system.answer import _answered
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

# Of each wall a figure that is what the fleet, its chips, its network or its place make it.
SHARED = {
    "tco": "tco",
    "sustainability": "total_carbon",
    "parallelism": "step_time",
    "topology": "effective_bandwidth",
    "reliability": "goodput",
    "checkpoint": "write_time",
    "serving": "itl",
}


@pytest.mark.parametrize(
    "asked",
    [
        {"fleet": "lab-64-a100", "region": "aws-eu-west-1"},
        {"fleet": "research-256", "grid": "quebec", "pue": "1.2"},
        {"node": "dgx-b200", "fabric": "ib-xdr", "devices": "128"},
        {"fleet": "lab-64-h100", "accelerator": "a100-sxm4-80gb", "grid": "poland", "electricity_price": "0.1 USD/kWh"},
        {},
    ],
    ids=lambda asked: "-".join(asked.values()) or "nothing",
)
def test_each_wall_opens_at_what_the_system_had(asked):
    done, links = _answered(asked)
    for name, figure in SHARED.items():
        opened = answer(solvers()[name], dict(parse_qsl(urlsplit(links[name]).query)))
        expected = done.results[name].values[figure].value
        assert opened.values[figure].value == pytest.approx(expected, rel=1e-9), name


def test_a_configuration_of_a_design_space_opens_with_its_fleet(client):
    space = {"walls": "tco,sustainability", "axis": ["fleet", "grid"], "goal": ["minimize: tco.tco"]}
    page = client.get("/explore/", {**space, "values": ["lab-64-a100, lab-64-h100", "quebec, poland"]})
    assert page.status_code == 200
    text = html.unescape(page.content.decode())
    (link, *_) = re.findall(r'href="(/pipeline/\?[^"]*fleet=lab-64-a100[^"]*)"', text)
    opened = html.unescape(client.get(link).content.decode())
    assert "64 devices for" in opened and "NVIDIA A100 SXM4 80GB" in opened
