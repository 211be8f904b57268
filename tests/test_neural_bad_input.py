"""Every way in which a model or an endpoint can fail, through the command: a clear line in the report, the rest of it unharmed."""
from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_models as tiny
import torch
import transformers as t
from click.testing import CliRunner
from test_neural_judge import Server

from tqcheck.cli import main

ARTICLE = "The harbour council met on monday in the the old hall. Its chair, Olga Brandt, said that the bridge would stay closed until the spring.\n"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    tiny.encoder(root / "good", num_labels=2, id2label={0: "human", 1: "machine"})
    tiny.encoder(root / "one-class", num_labels=1)
    tiny.encoder(root / "three-classes", num_labels=3, id2label={0: "a", 1: "b", 2: "c"})
    tiny.encoder(root / "masked", "XLMRobertaForMaskedLM")
    tiny.marian(root / "marian")
    shutil.copytree(root / "good", root / "pickled")
    model = t.AutoModelForSequenceClassification.from_pretrained(root / "good")
    torch.save(model.state_dict(), root / "pickled" / "pytorch_model.bin")
    (root / "pickled" / "model.safetensors").unlink()
    model.classifier.out_proj.bias.data[0] = torch.nan
    shutil.copytree(root / "good", root / "nan")
    model.save_pretrained(root / "nan")
    shutil.copytree(root / "good", root / "cut")
    weights = (root / "good" / "model.safetensors").read_bytes()
    (root / "cut" / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    (root / "empty").mkdir()
    shutil.copytree(root / "good", root / "no-tokenizer", ignore=shutil.ignore_patterns("tokenizer*", "special*"))
    return root


@pytest.fixture(scope="module")
def plainly(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return checked(tmp_path_factory.mktemp("plain"), "")[0]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()


def checked(folder: Path, settings: str, *more: str) -> tuple[dict[str, Any], int]:
    (folder / "tqcheck.toml").write_text(settings)
    (folder / "a.txt").write_text(ARTICLE)
    run = CliRunner().invoke(main, ["check", str(folder / "a.txt"), "--lang", "en", "--format", "json", "--config", str(folder / "tqcheck.toml"), *more])
    assert "Traceback" not in run.output
    return json.loads(run.stdout), run.exit_code


def unharmed(report: dict[str, Any], plainly: dict[str, Any]) -> None:
    assert report["findings"] == plainly["findings"]
    assert report["provenance"]["label"] == plainly["provenance"]["label"]
    assert report["outcome"] == plainly["outcome"]
    others = [c for c in report["checks"] if not c["rule"].startswith(("neural-", "model-opinion"))]
    assert others == plainly["checks"]


@pytest.mark.parametrize(("plug", "says"), [
    ('detector = "{0}/nowhere"', "there is no such folder"),
    ('detector = "some-house/some-model"', "neither a folder nor in the local cache"),
    ('detector = "{0}/empty"', "holds no weights"),
    ('detector = "{0}/pickled"', "only pickled weights (pytorch_model.bin), which can run code when loaded"),
    ('detector = "{0}/cut"', "can be loaded"),
    ('detector = "{0}/no-tokenizer"', "there is no tokenizer in"),
    ('detector = "{0}/one-class"', "has 1 class; a detector needs two or more"),
    ('detector = "{0}/three-classes"', "its classes are called a, b, c: say what they are"),
    ('detector = {{ model = "{0}/three-classes", labels = ["human", "machine"] }}', "3 classes, but `labels` names 2"),
    ('detector = "{0}/masked"', "it was made for something else"),
    ('detector = "{0}/nan"', "gave a figure that is not a number"),
    ('surprisal = "{0}/good"', "is no causal or masked language model"),
    ('entities = "{0}/good"', "it was made for something else"),
    ('metric = ["{0}/masked"]', "say what it is with `kind`"),
    ('metric = ["{0}/three-classes"]', "3 classes; a metric has one output"),
    ('metric = [{{ model = "{0}/marian", kind = "metricx-24" }}]', "MetricX has its score in token 250089"),
    ('device = "mps"\ndetector = "{0}/good"', "there is no device 'mps' here"),
])  # fmt: skip
def test_a_model_that_cannot_serve(models: Path, plainly: dict[str, Any], tmp_path: Path, plug: str, says: str) -> None:
    plug = plug.format(models)
    (tmp_path / "r.txt").write_text(ARTICLE)
    more = ("--reference", str(tmp_path / "r.txt")) if "metric" in plug else ()
    device = "" if "device" in plug else 'device = "cpu"\n'
    report, code = checked(tmp_path, f"[neural]\n{device}{plug}\n", *more)
    name = "neural-" + plug.rpartition("\n")[2].split(" ")[0]
    (status,) = [c for c in report["checks"] if c["rule"] == name]
    assert status["status"] == "failed"
    assert says in status["why"]
    assert code == 2
    if not more:
        unharmed(report, plainly)


def test_memory_that_runs_out(models: Path, plainly: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Smaller batches first: two windows fit. Then none does, and it is said what to do."""
    real = t.XLMRobertaForSequenceClassification.forward
    most = [2]
    sizes: list[int] = []

    def forward(self: Any, input_ids: Any = None, **rest: Any) -> Any:
        sizes.append(len(input_ids))
        if len(input_ids) > most[0]:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return real(self, input_ids=input_ids, **rest)

    monkeypatch.setattr(t.XLMRobertaForSequenceClassification, "forward", forward)
    settings = f'[neural]\ndevice = "cpu"\ndetector = "{models / "good"}"\n'
    (tmp_path / "long.txt").write_text(ARTICLE * 8)
    run = CliRunner().invoke(main, ["check", str(tmp_path / "long.txt"), "--lang", "en", "--format", "json", "--config", str(_written(tmp_path, settings))])
    report = json.loads(run.stdout)
    assert [c["status"] for c in report["checks"] if c["rule"] == "neural-detector"] == ["ran"]
    assert max(sizes) > 2 >= sizes[-1]
    most[0] = 0
    report, _ = checked(tmp_path, settings)
    (status,) = [c for c in report["checks"] if c["rule"] == "neural-detector"]
    assert "out of memory with a single window" in status["why"]
    assert "take a smaller model" in status["why"]
    unharmed(report, plainly)


def _written(folder: Path, settings: str) -> Path:
    (folder / "tqcheck.toml").write_text(settings)
    return folder / "tqcheck.toml"


@pytest.mark.parametrize(("reply", "says"), [
    (3.0, "no whole answer in 0.3 s|timed out"),
    (b'{"choices": [{"message": {"content": "{\\"errors\\": [', "not JSON, or only part of it"),
    ({"choices": []}, "without choices"),
    ({"choices": [{"message": {"content": "No errors found. Great text!"}}]}, "not the JSON object asked for"),
    (500, "HTTP 500"),
    (401, "is the key in"),
])  # fmt: skip
def test_an_endpoint_that_hangs_errs_or_answers_half(server: Server, plainly: dict[str, Any], tmp_path: Path, reply: Any, says: str) -> None:
    import re

    server.replies = [reply]
    report, code = checked(tmp_path, f'[judge]\nendpoint = "{server.url}"\nmodel = "m"\ntimeout = 0.3\nretries = 0\nper-minute = 6000\n')
    (status,) = [c for c in report["checks"] if c["rule"] == "model-opinion"]
    assert status["status"] == "failed"
    assert re.search(says, status["why"]), status["why"]
    assert code == 2
    unharmed(report, plainly)


def test_an_endpoint_that_lies(server: Server, plainly: dict[str, Any], tmp_path: Path) -> None:
    """A span that is not in the text is dropped and counted; one that is there is an opinion, never critical."""
    errors = [
        {"span": "the ferry sank", "category": "accuracy/addition", "severity": "critical", "explanation": "made up"},
        {"span": "stay closed", "category": "fluency", "severity": "critical", "explanation": "too strong", "suggestion": "remain closed"},
    ]
    server.replies = [{"choices": [{"message": {"content": json.dumps({"errors": errors})}}], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}]
    report, _ = checked(tmp_path, f'[judge]\nendpoint = "{server.url}"\nmodel = "m"\nretries = 0\nprice-in = 1\nprice-out = 2\n')
    (opinion,) = [f for f in report["findings"] if f["rule"] == "model-opinion"]
    assert (opinion["text"], opinion["severity"], opinion["confidence"]) == ("stay closed", "major", 0.5)
    assert any("1 of its errors are not in the text and were dropped" in note and "10 + 5 tokens, cost 0.0000" in note for note in report["notes"])
    assert report["outcome"]["verdict"] == plainly["outcome"]["verdict"]
