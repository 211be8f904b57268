"""Every neural plug over tiny random models: figures equal to a plain forward pass, windows, bad input, and the command end to end."""
from __future__ import annotations

import json
import math
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import tiny_models as tiny
import torch
import transformers as t
from click.testing import CliRunner

import tqcheck
from tqcheck.cli import main
from tqcheck.config import ModelSettings, NeuralSettings
from tqcheck.model import Provenance
from tqcheck.neural import detector, entities, loading, metric, roundtrip, similarity, surprisal
from tqcheck.neural.loading import ModelError

CPU = NeuralSettings(device="cpu")
TEXT = (
    "The harbour council met on Monday. Its chair, Olga Brandt, said the bridge would stay closed.\n"
    "Nobody expects the ferry to sail before the spring, and the mayor of Ostby agreed."
)
TOLERANCE = {"rel": 1e-5, "abs": 1e-5}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    names = {0: "human", 1: "machine", 2: "original"}
    published = {kind: tiny.comet(root / f"{kind}-published", root / f"{kind}-base", class_identifier=kind, **more) for kind, more in (
        ("regression_metric", {"layer_transformation": "sparsemax"}),
        ("unified_metric", {"layer_transformation": "sparsemax_patch", "input_segments": ["mt", "src"]}),
    )}  # fmt: skip
    for kind, state in published.items():
        metric.convert_comet(root / f"{kind}-published", root / kind, root / f"{kind}-base")
        torch.save(state, root / f"{kind}.pt")
    ner = dict(enumerate(("O", "B-PER", "I-PER", "B-LOC", "I-LOC")))
    return {
        "detector": tiny.encoder(root / "detector", num_labels=3, id2label=names),
        "regressor": tiny.encoder(root / "regressor", num_labels=1, seed=3),
        "masked": tiny.encoder(root / "masked", "XLMRobertaForMaskedLM"),
        "causal": tiny.gpt(root / "causal"),
        "metricx": tiny.metricx(root / "metricx"),
        "en-ru": tiny.marian(root / "en-ru", 1),
        "ru-en": tiny.marian(root / "ru-en", 2),
        "entities": tiny.bert(root / "entities", id2label=ner, num_labels=len(ner)),
        "similarity": tiny.encoder(root / "similarity", "XLMRobertaModel", add_pooling_layer=False),
        "regression_metric": root / "regression_metric", "unified_metric": root / "unified_metric", "root": root,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Whatever reaches for the network fails the test."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def plain(folder: Path, kind: str) -> tuple[Any, Any]:
    return getattr(t, kind).from_pretrained(folder).eval(), t.AutoTokenizer.from_pretrained(folder)


# -- figures: the adapter against a forward pass written out by hand ------------------------------------------------------


@torch.inference_mode()
def test_detector_gives_what_the_model_gives(models: dict[str, Path]) -> None:
    model, tokenizer = plain(models["detector"], "AutoModelForSequenceClassification")
    texts = ["A short one.", "The port was closed for a week, and nobody said why.", "Rain."]
    read = detector.Detector(str(models["detector"]), CPU).read(texts)
    for text, reading in zip(texts, read, strict=True):
        expected = model(**tokenizer(text, return_tensors="pt")).logits[0]
        assert reading.logits == pytest.approx(expected.tolist(), **TOLERANCE)
        assert reading.probabilities == pytest.approx(dict(zip(("human", "machine", "original"), expected.softmax(0).tolist(), strict=True)), **TOLERANCE)
        assert [(w.start, w.end) for w in reading.windows] == [(0, len(text))]


@torch.inference_mode()
def test_long_articles_are_read_in_windows_and_nothing_is_cut(models: dict[str, Path]) -> None:
    model, tokenizer = plain(models["detector"], "AutoModelForSequenceClassification")
    text = tiny.prose(200)
    reading = detector.Detector(str(models["detector"]), CPU).read([text])[0]
    assert "".join(text[w.start : w.end] for w in reading.windows) == text
    pieces = [tokenizer(text[w.start : w.end], return_tensors="pt") for w in reading.windows]
    sizes = torch.tensor([float(p["input_ids"].shape[1]) for p in pieces])
    assert len(pieces) > 5
    assert sizes.max() <= 128
    logits = torch.cat([model(**p).logits for p in pieces])
    assert reading.logits == pytest.approx(((logits * sizes[:, None]).sum(0) / sizes.sum()).tolist(), **TOLERANCE)


ONE = metric.Passage("The bridge is shut.", "Мост закрыт.", "The bridge is closed.")
TWO = metric.Passage("Nobody came to the harbour on Monday.", "В понедельник никто не пришёл в порт.", "On Monday no one came to the port.")


@torch.inference_mode()
@pytest.mark.parametrize(("kind", "text"), [
    ("metricx-24", "source: {0.source} candidate: {0.candidate} reference: {0.reference}"),
    ("metricx-23", "candidate: {0.candidate} reference: {0.reference}"),
])  # fmt: skip
def test_metricx(models: dict[str, Path], kind: Any, text: str) -> None:
    model, tokenizer = plain(models["metricx"], "AutoModelForSeq2SeqLM")
    adapter = metric.load(ModelSettings(model=str(models["metricx"]), kind=kind), CPU)
    expected = []
    for p in (ONE, TWO):
        ids = tokenizer(text.format(p), return_tensors="pt")["input_ids"][:, :-1]  # without the end token
        expected.append(float(model(input_ids=ids, decoder_input_ids=torch.zeros(1, 1, dtype=torch.long)).logits[0, 0, 250089].clamp(0, 25)))
    assert adapter.raw([ONE, TWO]) == pytest.approx(expected, **TOLERANCE)
    assert metric.rate(adapter, [ONE, TWO]) == pytest.approx([100 - 4 * e for e in expected], **TOLERANCE)
    free = metric.Passage(ONE.candidate, ONE.source)
    if kind == "metricx-23":
        assert adapter.needs(free) == "reference"
        return
    assert adapter.raw([free]) != pytest.approx(expected[:1])
    assert adapter.needs(metric.Passage("alone")) == "source or a reference"


@torch.inference_mode()
def test_metricx_figures_stay_between_0_and_25(models: dict[str, Path], tmp_path: Path) -> None:
    for sign in (1, -1):
        model, tokenizer = plain(models["metricx"], "AutoModelForSeq2SeqLM")
        model.lm_head.weight.data.mul_(sign * 1e4)
        model.save_pretrained(tmp_path / str(sign))
        tokenizer.save_pretrained(tmp_path / str(sign))
    found = {metric.load(str(tmp_path / s), CPU).raw([ONE])[0] for s in ("1", "-1")}
    assert found == {0.0, 25.0}


def comet_by_hand(models: dict[str, Path], kind: str) -> tuple[dict[str, Any], Any, Any]:
    state = torch.load(models["root"] / f"{kind}.pt", weights_only=True)
    base = models["root"] / f"{kind}-base"
    encoder = t.XLMRobertaModel(t.XLMRobertaConfig.from_pretrained(base), add_pooling_layer=False).eval()
    encoder.load_state_dict({k.removeprefix("encoder.model."): v for k, v in state.items() if k.startswith("encoder.model.")})
    return state, encoder, t.AutoTokenizer.from_pretrained(base)


def estimate(state: dict[str, Any], x: Any) -> float:
    for n in (0, 3, 6):
        x = x @ state[f"estimator.ff.{n}.weight"].T + state[f"estimator.ff.{n}.bias"]
        x = x.tanh() if n < 6 else x
    return float(x)


@torch.inference_mode()
def test_comet_regression_metric(models: dict[str, Path]) -> None:
    state, encoder, tokenizer = comet_by_hand(models, "regression_metric")
    scalars = torch.cat([state[f"layerwise_attention.scalar_parameters.{n}"] for n in range(3)])
    mix = next(w for w in (_projected(scalars, support) for support in (3, 2, 1)) if w is not None)

    def embed(text: str) -> Any:
        hidden = encoder(**tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states
        return (state["layerwise_attention.gamma"] * sum(w * h for w, h in zip(mix, hidden, strict=True)))[0].mean(0)

    adapter = metric.load(str(models["regression_metric"]), CPU)
    for p, figure in zip((ONE, TWO), adapter.raw([ONE, TWO]), strict=True):
        mt, src, ref = embed(p.candidate), embed(p.source), embed(p.reference)
        joint = torch.cat((mt, ref, mt * ref, (mt - ref).abs(), mt * src, (mt - src).abs()))
        assert figure == pytest.approx(estimate(state, joint), **TOLERANCE)
    assert adapter.needs(metric.Passage("x", None, "y")) == "source"


def _projected(scores: Any, size: int) -> Any:
    """Sparsemax by trying every size of the support."""
    top = scores.topk(size).values
    tau = (top.sum() - 1) / size
    return (scores - tau).clamp(min=0) if (top > tau).all() and ((scores > tau).sum() == size) else None


@torch.inference_mode()
def test_comet_unified_metric(models: dict[str, Path]) -> None:
    state, encoder, tokenizer = comet_by_hand(models, "unified_metric")
    mix = torch.cat([state[f"layerwise_attention.scalar_parameters.{n}"] for n in range(3)]).softmax(0)
    adapter = metric.load(str(models["unified_metric"]), CPU)
    for p, figure in zip((ONE, TWO), adapter.raw([ONE, TWO]), strict=True):
        ids = tokenizer(p.candidate, p.source, return_tensors="pt")  # <s> a </s></s> b </s>
        hidden = encoder(**ids, output_hidden_states=True).hidden_states
        sentence = (state["layerwise_attention.gamma"] * sum(w * h for w, h in zip(mix, hidden, strict=True)))[0, 0]
        assert figure == pytest.approx(estimate(state, sentence), **TOLERANCE)
    assert adapter.needs(metric.Passage("x", None, "y")) == "source"


@torch.inference_mode()
def test_regression_head_reads_a_pair(models: dict[str, Path]) -> None:
    model, tokenizer = plain(models["regressor"], "AutoModelForSequenceClassification")
    adapter = metric.load(ModelSettings(model=str(models["regressor"]), inputs=("source", "candidate"), range=(-1, 1)), CPU)
    expected = [float(model(**tokenizer(p.source, p.candidate, return_tensors="pt")).logits) for p in (ONE, TWO)]
    assert adapter.raw([ONE, TWO]) == pytest.approx(expected, **TOLERANCE)
    assert metric.rate(adapter, [ONE, TWO]) == pytest.approx([50 * (x + 1) for x in expected], **TOLERANCE)


@torch.inference_mode()
@pytest.mark.parametrize("kind", ["regressor", "metricx", "regression_metric", "unified_metric"])
def test_long_passages_are_windowed(models: dict[str, Path], kind: str) -> None:
    adapter = metric.load(str(models[kind]), CPU)
    adapter.model.limit = 128
    long = metric.Passage(tiny.prose(60, 1), tiny.prose(60, 2), tiny.prose(60, 3))
    alone, mixed = adapter.raw([long])[0], adapter.raw([ONE, long, TWO])
    assert math.isfinite(alone)
    assert mixed == pytest.approx([adapter.raw([ONE])[0], alone, adapter.raw([TWO])[0]], **TOLERANCE)


@torch.inference_mode()
def test_surprisal_of_a_causal_model(models: dict[str, Path]) -> None:
    model, tokenizer = plain(models["causal"], "AutoModelForCausalLM")
    text = "The bridge is closed."
    tokens = surprisal.LanguageModel(str(models["causal"]), CPU).read(text)
    ids = torch.tensor([[0, *tokenizer(text)["input_ids"]]])
    logs = model(ids).logits.log_softmax(-1)[0]
    assert [t.bits for t in tokens] == pytest.approx([float(-logs[n, ids[0, n + 1]]) / math.log(2) for n in range(len(text))], **TOLERANCE)
    assert "".join(text[t.start : t.end] for t in tokens) == text
    assert len(surprisal.strip(tokens, 4, 10)) == 6


@torch.inference_mode()
def test_surprisal_of_long_texts_has_context_throughout(models: dict[str, Path]) -> None:
    model, tokenizer = plain(models["causal"], "AutoModelForCausalLM")
    text = tiny.prose(60)
    tokens = surprisal.LanguageModel(str(models["causal"]), CPU).read(text)
    assert "".join(text[t.start : t.end] for t in tokens) == text
    ids = tokenizer(text)["input_ids"]
    at = 63 + 31 * 2 - 1  # the last token of the third window, with the whole window before it
    window = torch.tensor([[0, *ids[at - 62 : at + 1]]])
    assert tokens[at].bits == pytest.approx(float(-model(window).logits.log_softmax(-1)[0, -2, ids[at]]) / math.log(2), **TOLERANCE)
    assert surprisal.profile(tokens) is not None
    assert surprisal.profile(tokens[:10]) is None


@torch.inference_mode()
def test_surprisal_of_a_masked_model(models: dict[str, Path]) -> None:
    model, tokenizer = plain(models["masked"], "AutoModelForMaskedLM")
    text = "The bridge"
    tokens = surprisal.LanguageModel(str(models["masked"]), CPU).read(text)
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    at = 1
    masked = ids.clone()
    masked[0, 1 + at :: surprisal.ROUNDS] = tokenizer.mask_token_id
    masked[0, -1] = ids[0, -1]
    assert tokens[at].bits == pytest.approx(float(-model(masked).logits[0, 1 + at].log_softmax(-1)[ids[0, 1 + at]]) / math.log(2), **TOLERANCE)
    assert len(tokens) == len(text)


@torch.inference_mode()
def test_entities_stand_where_the_model_sees_them(models: dict[str, Path]) -> None:
    model, tokenizer = plain(models["entities"], "AutoModelForTokenClassification")
    found = entities.Finder(str(models["entities"]), CPU)
    assert found.model.limit == 128
    text = TEXT[:100]
    p = model(**tokenizer(text, return_tensors="pt")).logits.softmax(-1)[0, 1:-1]
    named = {n for n in range(len(text)) if int(p[n].argmax()) > 0 and text[n].strip()}
    seen = found.find(text)
    assert {n for e in seen for n in range(e.start, e.end) if text[n].strip()} == named
    assert all(text[e.start : e.end].strip() for e in seen)


def test_entities_are_merged_with_the_built_in_names() -> None:
    from tqcheck.names.mentions import mentions

    own = mentions(TEXT, lang="en")
    start = TEXT.index("harbour council")
    sure = entities.Entity(start, start + len("harbour council"), "organisation", 0.9)
    overlapping = entities.Entity(TEXT.index("Brandt"), TEXT.index("Brandt") + 6, "place", 0.99)
    unsure = entities.Entity(TEXT.index("ferry"), TEXT.index("ferry") + 5, "place", 0.5)
    merged = entities.merged(own, [sure, overlapping, unsure], TEXT)
    assert [m.text for m in merged if m not in own] == ["harbour council"]
    assert all(TEXT[m.start : m.end] == m.text for m in merged)
    assert next(m for m in merged if "Brandt" in m.text).kind == "person"


@torch.inference_mode()
def test_sentence_embeddings(models: dict[str, Path]) -> None:
    import numpy as np

    model, tokenizer = plain(models["similarity"], "AutoModel")
    embedder = similarity.Embedder(str(models["similarity"]), CPU)
    texts = ["The bridge is closed.", "Rain."]
    for text, vector in zip(texts, embedder.embed(texts), strict=True):
        mean = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0).numpy()
        assert vector == pytest.approx(mean / np.linalg.norm(mean), **TOLERANCE)
    eye = np.eye(5, dtype=np.float32)
    assert [(i, j) for i, j, _ in similarity.pairs(eye, eye[::-1])] == [(i, 4 - i) for i in range(5)]
    assert similarity.pairs(eye[:0], eye) == []


@torch.inference_mode()
def test_round_trip(models: dict[str, Path]) -> None:
    settings = NeuralSettings(device="cpu", roundtrip={d: str(models[d]) for d in ("en-ru", "ru-en")})
    trip = roundtrip.RoundTrip("en", "ru", settings)
    model, tokenizer = plain(models["en-ru"], "AutoModelForSeq2SeqLM")
    text = "The bridge is closed."
    plainly = model.generate(**tokenizer(text, return_tensors="pt"), num_beams=roundtrip.BEAMS, do_sample=False, max_new_tokens=min(198, 2 * 23 + 10))
    assert trip.out.translate([text]) == [tokenizer.decode(plainly[0], skip_special_tokens=True)]
    (_, alike), = trip.likeness([text])
    assert 0 <= alike <= 100
    with pytest.raises(ModelError, match="no model for en-de"):
        roundtrip.RoundTrip("en", "de", settings)


# -- windows and batches ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a", "word " * 400, "x" * 999, "Satz eins. Satz zwei! " * 60, "第一句。第二句。" * 90, "\n" * 300])
def test_windows_cover_the_text(text: str) -> None:
    spans = loading.windows(text, lambda s: len(s) + 2, 50)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(b - a <= 48 for a, b in spans)


def test_windows_end_where_sentences_do() -> None:
    text = "The bridge was shut today. " * 20
    assert all(text[a:b].startswith("The") for a, b in loading.windows(text, len, 100))
    with pytest.raises(ModelError, match="one character"):
        loading.windows("ab", lambda s: 9, 4)


def test_batches_do_not_change_the_figures(models: dict[str, Path]) -> None:
    texts = [tiny.prose(n % 14 + 1, n) for n in range(40)]
    small, large = (detector.Detector(str(models["detector"]), NeuralSettings(device="cpu", batch_tokens=n)).read(texts) for n in (1, 10**6))
    for a, b in zip(small, large, strict=True):
        assert a.logits == pytest.approx(b.logits, **TOLERANCE)


def test_out_of_memory_takes_smaller_batches_then_says_so(models: dict[str, Path]) -> None:
    model = detector.Detector(str(models["detector"]), CPU).model
    items = model.encode(["Some words here."] * 12)
    sizes: list[int] = []

    def forward(most: int) -> Any:
        def run(**batch: Any) -> Any:
            sizes.append(len(batch["input_ids"]))
            if len(batch["input_ids"]) > most:
                raise RuntimeError("CUDA out of memory. Tried to allocate")
            return torch.zeros(len(batch["input_ids"]), 1)

        return run

    assert len(model.run(items, forward(3))) == 12
    assert sizes[:3] == [12, 6, 3]
    with pytest.raises(ModelError, match="out of memory with a single window"):
        model.run(items, forward(0))


def test_figures_that_are_not_numbers_are_refused(models: dict[str, Path], tmp_path: Path) -> None:
    model, tokenizer = plain(models["detector"], "AutoModelForSequenceClassification")
    model.classifier.out_proj.bias.data[0] = torch.nan
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="not a number"):
        detector.Detector(str(tmp_path), CPU).read(["A text."])


def test_little_is_added_to_the_bare_model(models: dict[str, Path]) -> None:
    """Batches and checks cost under half a millisecond a window; benchmarks/neural.py sets that against a model."""
    model = detector.Detector(str(models["detector"]), CPU).model
    items = model.encode([tiny.prose(12, n) for n in range(200)])
    began = time.process_time()
    model.run(items, lambda **batch: torch.zeros(len(batch["input_ids"]), 3))
    assert time.process_time() - began < 0.1


# -- bad models --------------------------------------------------------------------------------------------------------------


def _detector(folder: Path, **more: Any) -> Any:
    return lambda: detector.Detector(ModelSettings(model=str(folder), **more), CPU)


def test_models_that_cannot_serve_are_told_apart(models: dict[str, Path], tmp_path: Path) -> None:
    unnamed = tiny.encoder(tmp_path / "unnamed", num_labels=2)
    pickled = tmp_path / "pickled"
    model, tokenizer = plain(models["detector"], "AutoModelForSequenceClassification")
    tokenizer.save_pretrained(pickled)
    model.config.save_pretrained(pickled)
    torch.save(model.state_dict(), pickled / "pytorch_model.bin")
    damaged = tmp_path / "damaged"
    tiny.encoder(damaged, num_labels=2)
    (damaged / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0 not a header")
    no_config = tmp_path / "empty"
    no_config.mkdir()
    cases = [
        (_detector(tmp_path / "nowhere"), "no such folder"),
        (_detector(no_config), "holds no weights"),
        (_detector(unnamed), "say what they are"),
        (_detector(unnamed, labels=("human", "machine", "original")), "2 classes, but `labels` names 3"),
        (_detector(models["regressor"]), "has 1 class"),
        (_detector(models["masked"]), "made for something else"),
        (_detector(models["metricx"]), "loaded|made for something else"),
        (_detector(pickled), "pickled weights"),
        (_detector(damaged), "cannot be loaded|can be loaded"),
        (lambda: metric.load(str(models["detector"]), CPU), "3 classes"),
        (lambda: metric.load(str(models["root"] / "regression_metric-published"), CPU), "pickled weights"),
        (lambda: metric.load(str(models["en-ru"]), CPU), "say what it is"),
        (lambda: metric.load(ModelSettings(model=str(models["en-ru"]), kind="metricx-24"), CPU), "250089"),
        (lambda: surprisal.LanguageModel(str(models["detector"]), CPU), "no causal or masked"),
        (lambda: entities.Finder(str(models["detector"]), CPU), "made for something else"),
        (lambda: detector.Detector(str(models["detector"]), NeuralSettings(device="mps")), "no device"),
    ]
    for make, message in cases:
        with pytest.raises(ModelError, match=message):
            make()
    assert detector.Detector(ModelSettings(model=str(pickled), pickle=True), CPU).classes == ("human", "machine", "original")
    assert detector.Detector(ModelSettings(model=str(unnamed), labels=("human", "machine")), CPU).classes == ("human", "machine")


def test_pickled_comet_checkpoints_run_no_code(models: dict[str, Path], tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (Path(tmp_path / "sprung").touch, ())

    published = tmp_path / "published"
    tiny.comet(published, tmp_path / "base")
    torch.save({"state_dict": {"estimator.ff.0.weight": Trap()}}, published / "checkpoints" / "model.ckpt")
    with pytest.raises(ModelError, match="without running code"):
        metric.convert_comet(published, tmp_path / "out", tmp_path / "base")
    assert not (tmp_path / "sprung").exists()
    with pytest.raises(ModelError, match=r"hparams\.yaml"):
        metric.convert_comet(models["detector"], tmp_path / "out", tmp_path / "base")


def test_code_that_comes_with_a_model_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.encoder(tmp_path / "m", num_labels=2, id2label={0: "human", 1: "machine"})
    (folder / "own.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\nclass Config: pass\nclass Model: pass\n")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "own.Config", "AutoModelForSequenceClassification": "own.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    assert detector.Detector(str(folder), CPU).classes == ("human", "machine")
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "own"}))
    with pytest.raises(ModelError):
        detector.Detector(str(folder), CPU)
    assert not (tmp_path / "sprung").exists()


def test_nothing_is_fetched_unless_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub

    asked: list[bool] = []

    def snapshot(name: str, *, local_files_only: bool, **_: Any) -> str:
        asked.append(local_files_only)
        raise FileNotFoundError(name)

    with pytest.raises(ModelError, match="download = true"):
        loading.locate("some-house/some-model")  # the true function, with the network refused
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    for download in (False, True):
        with pytest.raises(ModelError):
            loading.locate("some-house/some-model", download=download)
    assert asked == [True, False]


@pytest.mark.parametrize(("card", "licence", "warned"), [
    ("---\nlanguage: en\nlicense: cc-by-nc-sa-4.0\n---\n", "cc-by-nc-sa-4.0", True),
    ("---\nlicense: apache-2.0\n---\nMay be used in an nc setting.", "apache-2.0", False),
    ("no front matter", "unknown", False),
])  # fmt: skip
def test_licences_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture, card: str, licence: str, warned: bool) -> None:
    folder = tiny.encoder(tmp_path / "m", num_labels=2, id2label={0: "human", 1: "machine"})
    (folder / "README.md").write_text(card)
    own = detector.Detector(str(folder), CPU).model.card
    assert own.licence == licence
    assert f"licence:{licence}" in own.signature
    assert own.digest[:12] in own.signature
    assert ("not for commercial use" in caplog.text) == warned


# -- the flow ------------------------------------------------------------------------------------------------------------------


def configured(models: dict[str, Path], **more: Any) -> dict[str, Any]:
    return {"neural": {"device": "cpu", **{k: str(models[v]) if isinstance(v, str) else [str(models[n]) for n in v] for k, v in more.items()}}}


def test_command_runs_every_plug(models: dict[str, Path], tmp_path: Path) -> None:
    root = models["root"]
    metrics = [f'"{models[k]}"' for k in ("metricx", "regression_metric", "unified_metric", "regressor")]
    (tmp_path / "tqcheck.toml").write_text(
        f'min-confidence = 0\n[neural]\ndevice = "cpu"\ndetector = "{models["detector"]}"\nmetric = [{", ".join(metrics)}]\nsurprisal = "{models["causal"]}"\n'
        f'entities = "{models["entities"]}"\nsimilarity = "{models["similarity"]}"\n[neural.roundtrip]\n"en-ru" = "{models["en-ru"]}"\n"ru-en" = "{models["ru-en"]}"\n'
    )
    article = tmp_path / "a.txt"
    article.write_text(
        "The minister met farmers on Monday.\n\nUS Senator Mark Hollis told reporters: \"We are not going to stand aside from this question.\"\n\n"
        "Translated from Russian by Olga Petrova\n"
    )
    (tmp_path / "r.txt").write_text("The minister saw farmers on Monday.\n\nUS Senator Mark Hollis said: \"We will not leave this question.\"\n")
    (tmp_path / "s.txt").write_text("Министр встретился с фермерами в понедельник.\n\nСенатор США Марк Холлис сказал: «Мы не останемся в стороне от этого вопроса».\n")
    run = CliRunner().invoke(main, ["check", str(article), "--lang", "en", "--source", str(tmp_path / "s.txt"), "--source-lang", "ru",
                                    "--reference", str(tmp_path / "r.txt"), "--config", str(tmp_path / "tqcheck.toml"), "--format", "json"])  # fmt: skip
    assert run.exit_code in (0, 1), run.output
    report = json.loads(run.stdout)
    status = {c["rule"]: (c["status"], c["why"]) for c in report["checks"] if c["rule"].startswith("neural-")}
    assert {k: v for k, (v, _) in status.items() if k != "neural-roundtrip"} == dict.fromkeys(
        ("neural-detector", "neural-surprisal", "neural-metric", "neural-similarity", "neural-entities"), "ran"
    ), status
    assert status.get("neural-roundtrip", ("ran", ""))[0] in ("ran", "needs source")
    for name in ("metricx", "regression_metric", "unified_metric", "regressor"):
        assert 0 <= report["scores"]["document"][name] <= 100
        assert "sha256:" in report["scores"]["signatures"][name]
        assert all(name in p["scores"] for p in report["scores"]["passages"] if p["reference"] == 0)
    assert {"neural-detector"} <= {e["kind"] for e in report["provenance"]["evidence"]}
    text = report["text"]
    assert all(0 <= t["start"] < t["end"] <= len(text) for t in report["surprisal"])
    assert report["signature"].count("sha256:") == 10
    assert str(root) not in report["signature"]


def test_a_metric_without_references_reads_the_source(models: dict[str, Path]) -> None:
    checker = tqcheck.Checker(configured(models, metric=["unified_metric"]))
    report = checker.check("The bridge is closed.\n\nNobody came.", lang="en", source="Мост закрыт.\n\nНикто не пришёл.", source_lang="ru")
    assert set(report.scores.document) == {"unified_metric"}
    alone = checker.check("The bridge is closed.", lang="en")
    assert {c.rule: c.status for c in alone.checks}["neural-metric"] == "needs references"


def test_a_detector_speaks_of_the_language_it_has_learnt(models: dict[str, Path], tmp_path: Path) -> None:
    folder = tiny.encoder(tmp_path / "m", num_labels=2, id2label={0: "human", 1: "machine"})
    (folder / "tqcheck.json").write_text('{"lang": "en"}')
    checker = tqcheck.Checker({"neural": {"device": "cpu", "detector": str(folder)}})
    german = "Der Rat der Stadt tagte am Montag. Die Brücke bleibt bis zum Frühjahr gesperrt, sagte die Bürgermeisterin."
    status = [{c.rule: c.status for c in checker.check(text, lang=lang).checks}["neural-detector"] for text, lang in ((TEXT, "en-GB"), (german, "de"))]
    assert status == ["ran", "not covered for this language"]


def test_what_fails_leaves_the_rest_unharmed(models: dict[str, Path]) -> None:
    config = configured(models, detector="regressor", surprisal="causal") | {"judge": {"endpoint": "http://127.0.0.1:1", "model": "m", "retries": 0}}
    checker = tqcheck.Checker(config)
    plainly, report = tqcheck.Checker().check(TEXT, lang="en"), checker.check(TEXT, lang="en")
    status = {c.rule: c for c in report.checks}
    assert status["neural-detector"].status == "failed"
    assert "has 1 class" in status["neural-detector"].why
    assert status["neural-surprisal"].status == "ran"
    assert status["model-opinion"].status == "failed"
    assert report.findings == plainly.findings
    assert report.provenance.label == plainly.provenance.label
    assert checker.check(TEXT, lang="en") == report


def test_without_the_extra_it_says_what_to_install(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "transformers", None)
    report = tqcheck.Checker(configured(models, detector="detector")).check(TEXT, lang="en")
    status = {c.rule: c for c in report.checks}["neural-detector"]
    assert status.status == "needs neural"
    assert "tqcheck[neural]" in status.why


def test_unset_plugs_change_nothing() -> None:
    assert "neural" not in tqcheck.Checker().check(TEXT, lang="en").signature
    assert not [c for c in tqcheck.Checker().check(TEXT, lang="en").checks if c.rule.startswith("neural")]


def test_threads_share_the_models(models: dict[str, Path]) -> None:
    checker = tqcheck.Checker(configured(models, detector="detector", surprisal="causal"))
    expected = checker.check(TEXT, lang="en")
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(checker.check(TEXT, lang="en"))) for _ in range(4)]
    [x.start() for x in threads]
    [x.join() for x in threads]
    assert found == [expected] * 4


def test_a_weighed_detector_moves_the_label() -> None:
    stack = detector.Stack(0.5, 1.0, (0.0, 0.0, 0.0), {"machine": 0.8, "human": 0.8, "original": 0.8, "translation": 0.8})

    reading = detector.Reading(detector.CLASSES, (5.0, 0.0, 0.0), {"machine": 0.98, "human": 0.01, "original": 0.01}, (detector.Window(0, 9, {"machine": 0.98, "human": 0.01, "original": 0.01}),))
    joined = detector.joined(Provenance(), reading, "m", stack, [(3, 12)])
    assert joined.label == "machine"
    assert sum(joined.probabilities.values()) == pytest.approx(1)
    assert joined.evidence[0].supports == "machine"
    credited = detector.joined(Provenance(label="human-translation", credited=True), reading, "m", stack, [(3, 12)])
    assert credited.label == "human-translation"
    assert detector.joined(Provenance(), reading, "m", None, [(3, 12)]).label == "inconclusive"


def test_weights_of_two_detectors_favour_the_better() -> None:
    import numpy as np

    chance = np.random.default_rng(0)
    truth = [detector.CLASSES[n % 3] for n in range(300)]
    blind = np.log(np.full((300, 3), 1 / 3))
    readings = []
    for name in truth:
        q = np.exp(chance.normal(0, 1, 3) + 2.5 * np.array([c == name for c in detector.CLASSES]))
        p = dict(zip(detector.CLASSES, (q / q.sum()).tolist(), strict=True))
        readings.append(detector.Reading(detector.CLASSES, (0.0, 0.0, 0.0), p, ()))
    stack = detector.fit_stack(blind, readings, truth)
    assert stack.neural > 0.5
    labels = [stack.label(p) for p in stack.probabilities([dict.fromkeys(detector.CLASSES, 1 / 3)] * 300, readings)]
    called = [name for name, label in zip(truth, labels, strict=True) if label == "machine"]
    assert called.count("machine") > 0.9 * len(called)
    assert sum(n != "machine" for n in called) <= 0.03 * 200


# -- confidence ----------------------------------------------------------------------------------------------------------------


def test_a_curve_is_what_made_the_labels() -> None:
    import numpy as np

    from tqcheck.neural import confidence

    chance = np.random.default_rng(0)
    figures = chance.uniform(0, 100, 3000)
    objected = chance.random(3000) < 1 / (1 + np.exp(-(3 - 0.08 * figures)))
    curve = confidence.fit(figures.tolist(), objected.tolist(), [f"a{n % 200}" for n in range(3000)])
    assert curve.slope == pytest.approx(-0.08, abs=0.01)
    assert curve.at(20) == pytest.approx(0.80, abs=0.03)
    assert curve.error < 0.03
    assert curve.auc > 0.8
    useless = confidence.fit(figures.tolist(), chance.random(3000) < figures / 100, [str(n) for n in range(3000)])  # higher where people object
    assert useless.slope == 0
    assert useless.at(10) == pytest.approx(useless.objected, abs=0.01)


def test_a_metric_measured_against_editors_gives_findings_with_confidence(models: dict[str, Path], tmp_path: Path) -> None:
    import random
    import shutil

    folder = tmp_path / "rater"
    shutil.copytree(models["regressor"], folder)
    chance = random.Random(0)
    texts = [tiny.prose(chance.randint(4, 14), n) for n in range(240)]
    raw = metric.load(ModelSettings(model=str(folder)), CPU).raw([metric.Passage(t, None, "A reference.") for t in texts])
    low, high = min(raw) - 0.01, max(raw) + 0.01
    middle = sorted(raw)[120]
    (tmp_path / "tqcheck.toml").write_text(f'min-confidence = 0\n[neural]\ndevice = "cpu"\nmetric = [{{ model = "{folder}", range = [{low}, {high}] }}]\n')
    data = tmp_path / "judged.jsonl"
    data.write_text("".join(json.dumps({"text": x, "reference": "A reference.", "objected": (f < middle) != (chance.random() < 0.1), "doc_id": n % 40}) + "\n" for n, (x, f) in enumerate(zip(texts, raw, strict=True))))
    command = ["train", "metric", str(data), "--metric", str(folder), "--config", str(tmp_path / "tqcheck.toml")]
    run = CliRunner().invoke(main, command)
    assert run.exit_code == 0, run.output
    assert "with reference: 240 passages" in run.stdout
    order = sorted(range(240), key=raw.__getitem__)
    worst, best = texts[order[0]], texts[order[-1]]
    report = tqcheck.Checker(str(tmp_path / "tqcheck.toml")).check(worst, lang="en", references="A reference.")
    (passage,) = report.scores.passages
    assert passage.confidence["rater"] > 0.7
    (finding,) = [f for f in report.findings if f.rule == "low-rated-passage"]
    assert finding.confidence == pytest.approx(passage.confidence["rater"])
    assert (finding.text, finding.related[0].text, finding.severity) == (worst, "A reference.", "minor")
    fine = tqcheck.Checker(str(tmp_path / "tqcheck.toml")).check(best, lang="en", references="A reference.")
    assert fine.scores.passages[0].confidence["rater"] < 0.3
    assert not [f for f in fine.findings if f.rule == "low-rated-passage"]
    data.write_text(data.read_text().replace("objected", "score").replace("true", "10").replace("false", "90"))
    assert CliRunner().invoke(main, [*command, "--good", "50"]).stdout == run.stdout
    assert "needs \"objected\", true or false, or a \"score\"" in CliRunner().invoke(main, command).stderr
    data.write_text("\n".join(data.read_text().splitlines()[:90]))
    assert "at least 50 passages" in CliRunner().invoke(main, [*command, "--good", "50"]).stderr


def test_scores_beside_the_source_stand_apart(models: dict[str, Path]) -> None:
    source = "Мост закрыт.\n\nНикто не пришёл."
    report = tqcheck.Checker(configured(models, metric=["unified_metric"])).check("The bridge is closed.\n\nNobody came.", lang="en", source=source, source_lang="ru")
    assert report.scores.passages == ()
    assert [source[p.ref_start : p.ref_end] for p in report.scores.against_source] == ["Мост закрыт.", "Никто не пришёл."]
    assert all(0 <= p.scores["unified_metric"] <= 100 and p.reference == -1 and not p.confidence for p in report.scores.against_source)


@torch.inference_mode()
def test_sentence_encoders_with_layers_after_their_pooling(tmp_path: Path) -> None:
    """As LaBSE is published: the first token's vector, a dense layer, tanh, unit length; a limit of its own."""
    import numpy as np
    from safetensors.torch import save_file

    folder = tiny.encoder(tmp_path / "m", "XLMRobertaModel", add_pooling_layer=False)
    weight, bias = torch.randn(6, 16), torch.randn(6)
    (folder / "1_Pooling").mkdir()
    (folder / "2_Dense").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"word_embedding_dimension": 16, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}')
    (folder / "2_Dense" / "config.json").write_text('{"in_features": 16, "out_features": 6, "bias": true, "activation_function": "torch.nn.modules.activation.Tanh"}')
    save_file({"linear.weight": weight, "linear.bias": bias}, folder / "2_Dense" / "model.safetensors")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 40}')
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense"), ("3_Normalize", "Normalize"))]
    (folder / "modules.json").write_text(json.dumps(modules))
    embedder = similarity.Embedder(str(folder), CPU)
    model, tokenizer = plain(folder, "AutoModel")
    expected = (model(**tokenizer("A short one.", return_tensors="pt")).last_hidden_state[0, 0] @ weight.T + bias).tanh()
    assert embedder.embed(["A short one."])[0] == pytest.approx((expected / expected.norm()).numpy(), abs=1e-5)
    assert embedder.model.limit == 40
    assert np.linalg.norm(embedder.embed(["word " * 100])[0]) == pytest.approx(1)
    (folder / "modules.json").write_text(json.dumps([*modules, {"path": "4", "type": "sentence_transformers.models.LSTM"}]))
    with pytest.raises(ModelError, match="a module 'LSTM'"):
        similarity.Embedder(str(folder), CPU)
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_weightedmean_tokens": true}')
    with pytest.raises(ModelError, match="pools by pooling_mode_weightedmean_tokens"):
        similarity.Embedder(str(folder), CPU)


def test_an_encoder_that_knows_not_the_language_links_nothing(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "pairs", lambda mine, theirs: [(0, 5, 1.2)])
    text = "\n\n".join(f"{tiny.prose(9, n)}" for n in range(9))
    source = "\n\n".join(f"Это предложение номер {n}." for n in range(9))
    config = configured(models, metric=["unified_metric"], similarity="similarity")
    report = tqcheck.Checker(config).check(text, lang="en", source=source, source_lang="ru")
    (status,) = [c for c in report.checks if c.rule == "neural-similarity"]
    assert status.status == "not covered for this language"
    assert "links 1 of 9 sentences" in status.why
