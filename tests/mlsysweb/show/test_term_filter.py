"""Terms of the glossary in labels are links to their definitions."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.show.glossary import TERMS
from mlsysweb.show.term_filter import _linked, label_terms, terms


@pytest.mark.parametrize(
    ("label", "linked"),
    [
        ("MFU", {"model-flops-utilization-mfu": "MFU"}),
        ("Time to first token (TTFT)", {"time-to-first-token-ttft": "Time to first token (TTFT)"}),
        ("Maximum batch size", {"batch-size": "batch size"}),
        ("KV cache per token", {"kv-cache": "KV cache"}),
        (
            "MTBF of a device at the MFU",
            {"mean-time-between-failures-mtbf": "MTBF", "model-flops-utilization-mfu": "MFU"},
        ),
        ("Devices", {}),
        ("Checkpointed", {}),
    ],
)
def test_a_term_is_linked_as_the_label_writes_it(label, linked):
    shown = terms(label)
    assert dict(re.findall(r'<a class="term" href="/glossary/#([\w-]+)">(.*?)</a>', shown)) == linked
    assert re.sub(r"<.*?>", "", shown) == label


def test_every_term_of_the_glossary_is_found_by_its_name():
    for term in TERMS:
        assert f'href="/glossary/#{term.anchor}"' in terms(f"The {term.name} of a run"), term.name


def test_text_is_escaped():
    assert terms("<b>MFU</b>").startswith("&lt;b&gt;<a class")


@given(st.text() | st.sampled_from(["P\u0131peline parallelism", "P\u0130peline parallelism", "\u017fcaling law"]))
def test_any_label_is_shown_as_it_is(label):
    """Labels of imported results are a visitor's text: some letters match another one's case and fold to neither."""
    assert unescape(re.sub(r"</?a\b[^>]*>", "", terms(label))) == label


def test_labels_of_visitors_do_not_fill_the_memory():
    assert _linked.cache_info().maxsize is not None


def test_the_tab_key_skips_terms_in_labels_of_fields(client, catalog):
    assert 'tabindex="-1"' in label_terms("Batch size") and "tabindex" not in terms("Batch size")
    page = client.get("/walls/roofline/").content.decode()
    assert f'<label for="in-batch_size">{label_terms("Batch size")}</label>' in page
    assert f"<dt>{terms('MFU')}</dt>" in page
