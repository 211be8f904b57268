"""The extras are optional: without them a plug that is configured says what to install, and everything else goes on."""
from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tqcheck.cli import main

ARTICLE = "The harbour council met in the the old hall. Its chair, Olga Brandt, said that the bridge would stay closed until the spring.\n"


@pytest.fixture(autouse=True)
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "transformers"):
        monkeypatch.setitem(sys.modules, name, None)


def test_every_plug_says_what_to_install(tmp_path: Path) -> None:
    model = tmp_path / "m"
    model.mkdir()
    (tmp_path / "a.txt").write_text(ARTICLE)
    (tmp_path / "r.txt").write_text(ARTICLE)
    (tmp_path / "tqcheck.toml").write_text(
        f'[neural]\ndetector = "{model}"\nmetric = ["{model}"]\nsurprisal = "{model}"\nentities = "{model}"\n[judge]\nendpoint = "http://127.0.0.1:1/v1"\nmodel = "m"\nretries = 0\n'
    )
    run = CliRunner().invoke(main, ["check", str(tmp_path / "a.txt"), "--lang", "en", "--reference", str(tmp_path / "r.txt"), "--format", "json", "--config", str(tmp_path / "tqcheck.toml")])
    report = json.loads(run.stdout)
    status = {c["rule"]: (c["status"], c["why"]) for c in report["checks"] if c["rule"].startswith(("neural-", "model-opinion"))}
    for plug in ("detector", "metric", "surprisal", "entities"):
        assert status[f"neural-{plug}"][0] == "needs neural"
        assert "pip install 'tqcheck[neural]'" in status[f"neural-{plug}"][1]
    assert status["model-opinion"][0] == "failed"  # the judge needs no extra: its endpoint is not there
    assert [f["rule"] for f in report["findings"]] == ["doubled-word"]


@pytest.mark.parametrize("command", [
    ["train", "detector-neural", "data.jsonl", "--base", "m", "--out", "o"],
    ["train", "metric", "data.jsonl", "--metric", "m"],
    ["train", "convert-comet", "m", "--encoder", "m", "--out", "o"],
    ["train", "provenance", "data.jsonl", "--detector", "m"],
])  # fmt: skip
def test_commands_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    rows = [{"text": f"Some text number {n}.", "label": label, "doc_id": n, "reference": "A text.", "objected": bool(n % 2)} for n in range(3) for label in ("machine", "human")]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    run = CliRunner().invoke(main, command)
    assert run.exit_code == 2
    assert "pip install 'tqcheck[neural]'" in run.stderr


@pytest.mark.parametrize("line", ["[1]", "[" * 100_000, "{", '"x"'])
def test_data_that_are_no_objects_are_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "data.jsonl").write_text(line + "\n")
    for command in (["train", "metric", str(tmp_path / "data.jsonl"), "--metric", "m"], ["train", "detector-neural", str(tmp_path / "data.jsonl"), "--base", "m", "--out", "o"]):
        run = CliRunner().invoke(main, command)
        assert (run.exit_code, "data.jsonl: line 1: " in run.stderr) == (2, True), run.stderr
