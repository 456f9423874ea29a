import json
import re
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import Model
from mlsysweb.pages.model_config.sent import MAX_BYTES
from tests.mlsysweb.people import ada, course

__all__ = ["ada", "course"]

pytestmark = pytest.mark.usefixtures("catalog")

URL = "/catalog/from-config/"
FOLDER = Path(__file__).parents[2] / "solvers" / "model_config" / "configs"
LLAMA = (FOLDER / "meta-llama--Meta-Llama-3.1-8B.json").read_text()
OSS = (FOLDER / "openai--gpt-oss-20b.json").read_text()


def sent(client, config, **more):
    return client.post(URL, {"config": config, **more})


def result(client, config, **more):
    response = sent(client, config, **more)
    assert response.status_code == 200
    return response.context["page"].result


def errors(client, config, **more):
    response = sent(client, config, **more)
    assert response.status_code == 422 and response.context["page"].result is None
    return response.context["page"].errors


@pytest.fixture
def instructor(ada):
    from django.contrib.auth.models import Permission

    ada.user.is_staff = True
    ada.user.save()
    ada.user.user_permissions.set(Permission.objects.filter(codename__in=["add_model", "view_model", "change_model"]))
    return ada


def test_a_config_comes_to_its_parameters_and_is_compared_with_those_stated(client):
    assert result(client, LLAMA, name="Llama 3.1 8B", total="8B").summary == (
        "Llama, dense transformer. 8.03B parameters. That is 0.38 % more than stated (8B)."
    )
    assert result(client, LLAMA, total="8030261248").summary.endswith("That is as stated (8.03B).")


def test_the_cache_is_a_formula_with_sizes_at_some_lengths(client):
    of = result(client, OSS)
    assert of.law == "KV(s) = 24.6 kB × s + 24.6 kB × min(s, 128)"
    assert {row.name: row.value for row in of.kept}["131,072 tokens"] == "3.22 GB"


def test_what_was_read_assumed_and_not_understood_is_listed(client):
    of = result(client, json.dumps({**json.loads(LLAMA), "wings": 2, "num_key_value_heads": None}))
    assert "num_hidden_layers" in [row.name for row in of.recognised]
    assert [row.name for row in of.assumed] == ["KV heads", "head dimension"] and of.unknown == ("wings",)


def test_a_network_beyond_the_figures_is_said_to_be_unknown(client):
    of = result(client, (FOLDER / "deepseek-ai--DeepSeek-V4-Flash.json").read_text())
    assert of.summary.endswith("Parameters unknown.") and not of.law and not of.kept
    assert of.notes[0].startswith("Parameters and KV cache are unknown: its layers keep")


def test_a_file_is_read_like_its_text(client):
    file = SimpleUploadedFile("config.json", OSS.encode())
    page = client.post(URL, {"file": file}).context["page"]
    assert page.result.summary.startswith("gpt-oss, mixture of experts. 20.91B parameters, 4.187B active.")
    assert page.text == OSS


@pytest.mark.parametrize(
    ("config", "more", "sentence"),
    [
        ("", {}, "config.json: paste its text or choose the file."),
        ("{", {}, "config.json: can't be read as JSON: Expecting property name"),
        ("[" * 100_000, {}, "config.json: can't be read as JSON: "),
        ("9" * 5000, {}, "config.json: can't be read as JSON: "),
        ("3", {}, "config: needs the JSON object of a config.json."),
        (" " * (MAX_BYTES + 1), {}, "config.json: has more than 4 MB."),
        ('{"vocab_size": "many"}', {}, "hidden_size: is needed: hidden size."),
        (LLAMA, {"total": "8 kg"}, "Stated parameters: needs a plain number (1); '8 kg' is a mass."),
        (LLAMA, {"total": "-1"}, "Stated parameters: must be above 0; -1 is not."),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(client, config, more, sentence):
    assert errors(client, config, **more)[0].startswith(sentence)


def index_file(**metadata):
    text = json.dumps({"metadata": metadata, "weight_map": {"x": "model-1.safetensors"}})
    return SimpleUploadedFile("model.safetensors.index.json", text.encode())


def test_the_index_of_the_weights_is_compared_with(client):
    # 8,030,261,248 parameters of 2 bytes, as the index of Llama 3.1 8B says.
    summary = result(client, LLAMA, index=index_file(total_size=16060522496)).summary
    assert summary.endswith("8.03B parameters. That is as stated (8.03B).")
    assert "0.38 % more than stated (8B)" in result(client, LLAMA, index=index_file(total_parameters=8e9)).summary


def test_an_index_that_gives_no_number_is_said_and_the_rest_computed(client):
    of = result(client, OSS, index=index_file(total_size=13761300984))
    assert of.notes[0] == (
        "No comparison: the index has the bytes of quantized weights only, which give no number of parameters."
    )
    of = result(client, LLAMA, index=index_file(total_size="big"))
    assert of.notes[0].endswith("has no metadata with total_size or total_parameters.")
    broken = SimpleUploadedFile("x.json", b"{")
    assert errors(client, LLAMA, index=broken)[0].startswith("model.safetensors.index.json: can't be read as JSON")


class Hub(BaseHTTPRequestHandler):
    files: ClassVar = {
        "/Qwen/Qwen3-8B/resolve/main/config.json": (FOLDER / "Qwen--Qwen3-8B.json").read_bytes(),
        "/Qwen/Qwen3-8B/resolve/main/model.safetensors.index.json": b'{"metadata": {"total_size": 16381470720}}',
        "/meta/one/resolve/main/config.json": LLAMA.encode(),
    }

    def do_GET(self):
        found = self.files.get(self.path)
        self.send_response(401 if self.path.startswith("/closed/") else 200 if found else 404)
        self.send_header("X-Repo-Commit", "b968826d9c46dd6066d109eabc6255188de91218")
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *args):
        pass


@pytest.fixture
def hub(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.MODEL_HUB = f"http://127.0.0.1:{server.server_port}"
    yield settings.MODEL_HUB
    server.shutdown()
    server.server_close()


def test_a_config_is_fetched_by_the_name_of_its_repository(instructor, hub):
    of = result(instructor, "", repository=" Qwen/Qwen3-8B ")
    assert of.title == "Qwen3-8B" and of.summary.endswith("8.191B parameters. That is as stated (8.191B).")
    values = parse_qs(urlsplit(of.save).query)
    assert values["source"] == ["config.json of Qwen/Qwen3-8B, revision b968826d9c"]
    assert values["source_url"] == [f"{hub}/Qwen/Qwen3-8B"]
    assert "stated" not in result(instructor, "", repository="meta/one").summary  # its weights are in one file


@pytest.mark.parametrize(
    ("repository", "sentence"),
    [
        ("Qwen", "Repository: needs owner and name, such as Qwen/Qwen3-8B; 'Qwen' is not that."),
        ("../admin", "Repository: needs owner and name"),
        ("a/b?c", "Repository: needs owner and name"),
        ("a/..", "Repository: needs owner and name"),
        ("Qwén/Qwen3-8B", "Repository: needs owner and name"),
        ("no/such", "Repository: no/such has no such file, or does not exist (config.json)."),
        ("closed/one", "Repository: closed/one does not exist, or its files need an account: download config.json"),
    ],
)
def test_a_repository_that_cannot_be_read_gets_a_sentence(instructor, hub, repository, sentence):
    assert errors(instructor, "", repository=repository)[0].startswith(sentence)


def test_a_hub_that_does_not_answer_gets_a_sentence(instructor, settings):
    settings.MODEL_HUB = "http://127.0.0.1:9"
    assert errors(instructor, "", repository="a/b")[0] == (
        "Repository: can't be read: the hub does not answer. Choose the file instead."
    )


def test_only_those_who_may_add_models_fetch_and_only_where_a_hub_is_set(client, ada, instructor, settings, hub):
    assert instructor.get(URL).context["page"].by_name and not client.get(URL).context["page"].by_name
    assert errors(client, "", repository="Qwen/Qwen3-8B")[0].startswith("config.json: paste its text")
    settings.MODEL_HUB = ""
    assert not instructor.get(URL).context["page"].by_name
    assert errors(instructor, "", repository="Qwen/Qwen3-8B")[0].startswith("config.json: paste its text")


def test_the_form_keeps_what_was_typed(client):
    page = sent(client, "{", name="Mine", total="7B").context["page"]
    assert (page.text, page.name, page.total) == ("{", "Mine", "7B")


def test_nothing_is_stored_and_only_those_who_may_add_models_can_save(client, ada, instructor):
    before = Model.objects.count()
    assert result(client, OSS).save == "" and result(instructor, OSS).save
    assert Model.objects.count() == before


def test_the_form_of_the_admin_is_filled_in_and_saves_the_model(instructor):
    save = result(instructor, OSS, name="Our gpt-oss").save
    form = instructor.get(save).context["adminform"].form
    filled = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert filled["slug"] == "our-gpt-oss" and filled["parameters"] == "20914757184"
    saved = instructor.post(urlsplit(save).path, filled)
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    mine, shipped = Model.objects.get(slug="our-gpt-oss"), Model.objects.get(slug="gpt-oss-20b")
    assert mine.figures() | {"training_tokens": None} == shipped.figures() | {"training_tokens": None}
    assert mine.source == "config.json of Our gpt-oss" and "Weights are stored as mxfp4" in mine.note


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem.partition("--")[2])
def test_every_config_fits_the_form_of_the_admin(instructor, path):
    save = result(instructor, path.read_text(), name=path.stem).save
    assert len(save) < 4000
    form = instructor.get(save).context["adminform"].form
    values = {name: values[0] for name, values in parse_qs(urlsplit(save).query).items()}
    bound = type(form)(data=values)
    errors = bound.errors.as_data().items()
    refused = {name for name, found in errors if any(error.code != "unusual" for error in found)}
    assert refused <= {"verified"}, bound.errors


SCRIPT = "<script>alert(1)</script>"


def test_no_text_of_a_config_is_a_script(instructor):
    config = {**json.loads(LLAMA), f"k{SCRIPT}": 1, "model_type": SCRIPT, "num_key_value_heads": None}
    good = sent(instructor, json.dumps(config), name=SCRIPT)
    bad = sent(instructor, json.dumps({**config, "layer_types": [SCRIPT]}), total=SCRIPT)
    form = instructor.get(good.context["page"].result.save)
    for page in (good, bad, form):
        text = page.content.decode()
        assert "alert(1)" in text and not re.search(r"<script>\s*alert", text)
        assert SCRIPT in unescape(text)


def test_the_table_of_models_and_the_admin_lead_here(client, instructor):
    assert URL in client.get("/catalog/models/").content.decode()
    assert URL not in client.get("/catalog/accelerators/").content.decode()
    assert URL in instructor.get("/admin/catalog/model/").content.decode()
