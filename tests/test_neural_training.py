"""Fine-tuning a tiny encoder: it learns, stops, goes on where it was broken off, and is measured beside the linear detector."""
from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tiny_models as tiny
from click.testing import CliRunner

import tqcheck
from tqcheck.cli import main
from tqcheck.config import ModelSettings, NeuralSettings
from tqcheck.errors import InputError
from tqcheck.neural import detector, training
from tqcheck.neural.loading import ModelError

CPU = NeuralSettings(device="cpu")
QUICK = training.Options(window=64, rounds=4, rate=8e-3, batch_tokens=512, warm_up=0.1)


class Row(NamedTuple):
    text: str
    label: str
    src: str | None
    article: str


def rows(articles: int, labels: tuple[str, ...] = ("machine", "human")) -> list[Row]:
    """Articles whose machine versions are full of q and whose human ones are full of e."""
    letters = {"machine": "qxz", "human": "eau", "original": "str"}
    found = []
    for n in range(articles):
        for label in labels:
            chance = random.Random(f"{n} {label}")
            words = ["".join(chance.choices("bdlmn" + 2 * letters[label], k=4)) for _ in range(30)]
            found.append(Row(" ".join(words) + ".", label, "ru" if n % 2 else "de", f"a{n}"))
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.encoder(tmp_path_factory.mktemp("base"), "XLMRobertaModel")


@pytest.fixture(scope="module")
def made(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, training.Trained]:
    out = tmp_path_factory.mktemp("made")
    return out, training.fine_tune(rows(40), str(base), out, QUICK, CPU)


def test_it_learns_and_is_a_detector(made: tuple[Path, training.Trained]) -> None:
    out, trained = made
    assert trained.losses[trained.best] < 0.5
    assert not list(out.rglob("*.bin"))
    assert not list(out.rglob("*.pt"))
    own = detector.Detector(str(out), CPU)
    assert own.classes == ("machine", "human")
    assert own.model.limit == 64
    fresh = rows(60)[80:]
    read = own.read([r.text for r in fresh])
    right = sum(max(x.probabilities, key=x.probabilities.__getitem__) == r.label for x, r in zip(read, fresh, strict=True))
    assert right >= 0.9 * len(fresh)
    assert all(len(x.windows) > 1 for x in read)


def test_a_broken_training_goes_on(base: Path, made: tuple[Path, training.Trained], tmp_path: Path) -> None:
    class Broken(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("round 1"):
            raise Broken

    with pytest.raises(Broken):
        training.fine_tune(rows(40), str(base), tmp_path, QUICK, CPU, stop)
    said: list[str] = []
    again = training.fine_tune(rows(40), str(base), tmp_path, QUICK, CPU, said.append)
    assert said[0] == "goes on after round 1"
    assert again.losses == pytest.approx(made[1].losses, rel=1e-4)
    assert not list((tmp_path / "training").glob("*.safetensors"))
    before = (tmp_path / "model.safetensors").read_bytes()
    assert training.fine_tune(rows(40), str(base), tmp_path, QUICK, CPU, said.append).losses == again.losses
    assert (tmp_path / "model.safetensors").read_bytes() == before
    other: list[str] = []
    training.fine_tune(rows(39), str(base), tmp_path, QUICK, CPU, other.append)
    assert other[0].startswith("round 1")


def test_every_version_of_an_article_is_on_one_side(base: Path, tmp_path: Path) -> None:
    run = training._Run(rows(40), ("machine", "human"), str(base), tmp_path, QUICK, CPU, print)
    assert not {r.article for r in run.learnt} & {r.article for r in run.kept}
    assert run.kept
    by_class = [sum(w for w, t in zip(run.weights, run.targets, strict=True) if t == k) for k in (0, 1)]
    assert by_class[0] == pytest.approx(by_class[1], rel=0.1)


def test_it_stops_when_it_no_longer_gains(base: Path, tmp_path: Path) -> None:
    wild = training.Options(window=64, rounds=8, rate=0.3, patience=1, batch_tokens=2048)
    trained = training.fine_tune(rows(12), str(base), tmp_path, wild, CPU)
    assert len(trained.losses) < 8
    assert trained.losses[trained.best] == min(trained.losses)


@pytest.mark.parametrize(("given", "message"), [([], "two classes"), (rows(9, ("machine",)), "two classes"), (rows(1), "two articles")])
def test_too_little_to_learn_from(base: Path, tmp_path: Path, given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        training.fine_tune(given, str(base), tmp_path, QUICK, CPU)


def test_bases_that_cannot_be_trained(tmp_path: Path) -> None:
    for folder in (tiny.metricx(tmp_path / "m", vocabulary=300), tmp_path / "nowhere"):
        with pytest.raises(ModelError):
            training.fine_tune(rows(4), ModelSettings(model=str(folder)), tmp_path / "out", QUICK, CPU)


def test_command_measures_beside_the_linear_detector(base: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    data = tmp_path / "data.jsonl"
    data.write_text("".join(
        json.dumps({"text": r.text * 2, "label": r.label, "src_lang": r.src if r.label != "original" else "en", "doc_id": r.article, "year": 2021}) + "\n"
        for r in rows(24, ("machine", "human", "original"))
    ))  # fmt: skip
    (tmp_path / "tqcheck.toml").write_text('[neural]\ndevice = "cpu"\n')
    arguments = ["train", "detector-neural", str(data), "--base", str(base), "--out", str(tmp_path / "out"), "--rounds", "1", "--window", "128", "--rate", "0.003", "--config", str(tmp_path / "tqcheck.toml")]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 0, run.output
    assert "linear" in run.stdout
    assert "neural" in run.stdout
    own = detector.Detector(str(tmp_path / "out"), CPU)
    pays = "both together do better" in run.stdout
    assert pays or "it does not pay" in run.stdout
    assert (own.stack is not None) == pays
    data.write_text("{\n")
    assert CliRunner().invoke(main, arguments).exit_code == 2


def records(number: int, seed: str = "") -> str:
    given = [{"text": r.text * 2, "label": r.label, "src_lang": r.src if r.label != "original" else "en", "doc_id": f"{seed}{r.article}"} for r in rows(number, ("machine", "human", "original"))]
    return "".join(json.dumps(r) + "\n" for r in given)


def test_a_detector_is_weighed_anew_beside_the_linear_one(base: Path, tmp_path: Path) -> None:
    """Without --out beside the shipped detector, which knows nothing of such words: the neural one, which learnt them, pays."""
    pytest.importorskip("scipy")
    own = tmp_path / "own"
    training.fine_tune(rows(40, ("machine", "human", "original")), str(base), own, QUICK, CPU)
    data, toml = tmp_path / "data.jsonl", tmp_path / "tqcheck.toml"
    data.write_text(records(40))
    toml.write_text(f'[neural]\ndevice = "cpu"\ndetector = "{own}"\n')
    command = ["train", "provenance", str(data), "--detector", str(own), "--config", str(toml)]
    run = CliRunner().invoke(main, command)
    assert run.exit_code == 0, run.output
    assert "both together do better" in run.stdout
    stack = detector.Detector(str(own), CPU).stack
    assert stack is not None
    assert stack.neural > 0.3
    text = json.loads(data.read_text().splitlines()[0])["text"]
    shipped = tqcheck.Checker(str(toml)).check(text, lang="en")
    assert "weighed with own" in shipped.provenance.why
    assert shipped.provenance.probabilities["machine"] > 0.5
    assert run.stdout.count("articles") >= 4

    fitted = CliRunner().invoke(main, [*command, "--out", str(tmp_path / "linear.npz")])
    assert fitted.exit_code == 0, fitted.output
    report = tqcheck.Checker(str(toml)).check(text, lang="en")  # the shipped one is no longer the one it was weighed beside
    assert ("weighed with own" in report.provenance.why) is False
    assert any("was weighed beside another provenance model" in note for note in report.notes) == ("both together do better" in fitted.stdout)

    data.write_text("".join(json.dumps({"text": r.text, "label": r.label, "doc_id": r.article}) + "\n" for r in rows(40, ("machine", "human", "original"))))
    nothing = CliRunner().invoke(main, command)
    assert nothing.exit_code == 2
    assert "120 were learnt by the model" in nothing.stderr
    assert CliRunner().invoke(main, ["train", "provenance", str(data)]).exit_code == 2
