"""`tqcheck score` prints what sacreBLEU's command prints."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import tqcheck as command

from tqcheck.errors import InputError
from tqcheck.scoring.command import Request, score_files

REFERENCE = ["The ferry left the harbour at dawn.", "It carried forty passengers.", "A storm hit it at noon, near the island.", "", "Nobody was hurt."]
SYSTEMS = {
    "a.txt": ["The ferry left the port at dawn.", "It had forty passengers on board.", "At noon a storm hit it near the island.", "Extra.", "No one was hurt."],
    "b.txt": ["Ferry has left harbour in dawn .", "It carries 40 passenger.", "", "", "Nobody was hurt."],
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, lines in {"ref.txt": REFERENCE, "ref2.txt": [line.replace("ferry", "boat") for line in REFERENCE], **SYSTEMS}.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


CASES = [
    (["ref.txt", "-i", "a.txt"], Request(references=("ref.txt",), inputs=("a.txt",))),
    (["ref.txt", "ref2.txt", "-i", "a.txt", "-m", "bleu", "chrf", "ter"], Request(references=("ref.txt", "ref2.txt"), inputs=("a.txt",), metrics=("bleu", "chrf", "ter"))),
    (["ref.txt", "-i", "a.txt", "-m", "chrf", "--chrf-word-order", "2", "-w", "4"], Request(references=("ref.txt",), inputs=("a.txt",), metrics=("chrf",), chrf_word_order=2, width=4)),
    (["ref.txt", "-i", "a.txt", "-f", "text", "-m", "bleu", "ter", "-w", "2"], Request(references=("ref.txt",), inputs=("a.txt",), format="text", metrics=("bleu", "ter"), width=2)),
    (["ref.txt", "-i", "a.txt", "-sl", "-w", "4"], Request(references=("ref.txt",), inputs=("a.txt",), sentence_level=True, width=4)),
    (["ref.txt", "-i", "b.txt", "-sl", "-m", "ter", "-b"], Request(references=("ref.txt",), inputs=("b.txt",), sentence_level=True, metrics=("ter",), score_only=True)),
    (["ref.txt", "-i", "a.txt", "-m", "bleu", "chrf", "--confidence", "--confidence-n", "100"], Request(references=("ref.txt",), inputs=("a.txt",), metrics=("bleu", "chrf"), confidence=True, confidence_n=100)),
    (["ref.txt", "-i", "a.txt", "b.txt", "-m", "bleu", "chrf"], Request(references=("ref.txt",), inputs=("a.txt", "b.txt"), metrics=("bleu", "chrf"))),
    (["ref.txt", "-i", "a.txt", "b.txt", "-m", "chrf", "--paired-bs", "--paired-bs-n", "50", "-f", "text"], Request(references=("ref.txt",), inputs=("a.txt", "b.txt"), metrics=("chrf",), paired="bs", trials=50, format="text")),
    (["ref.txt", "-i", "a.txt", "b.txt", "-m", "bleu", "--paired-ar", "--paired-ar-n", "50"], Request(references=("ref.txt",), inputs=("a.txt", "b.txt"), paired="ar", trials=50)),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "request_"), CASES, ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_output_equals_sacrebleus(files: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], request_: Request) -> None:
    from sacrebleu.utils import Color

    monkeypatch.chdir(files)
    monkeypatch.setattr(Color, "ENABLE_COLORS", False)
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    theirs = subprocess.run([sys.executable, "-m", "sacrebleu", *arguments, "--quiet"], capture_output=True, text=True, env=environment, encoding="utf-8")
    assert theirs.returncode == 0, theirs.stderr
    assert score_files(request_).output == theirs.stdout
    ours = command("score", *arguments)
    assert (ours.returncode, ours.stdout) == (0, theirs.stdout), ours.stderr


def test_standard_input_is_a_system_as_for_sacrebleu(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    of_file = command("score", "ref.txt", "-i", "a.txt", "-m", "bleu", "chrf")
    assert command("score", "ref.txt", "-m", "bleu", "chrf", stdin=(files / "a.txt").read_bytes()).stdout == of_file.stdout


def test_references_after_the_systems_are_not_taken_for_systems_in_silence(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    run = command("score", "-i", "a.txt", "ref.txt")
    assert run.returncode == 2
    assert "put the references first" in run.stderr


def test_tq_stands_beside_the_others(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    answer = score_files(Request(references=("ref.txt",), inputs=("a.txt",), metrics=("bleu", "tq"), confidence=True, confidence_n=50))
    assert '"name": "tq"' in answer.output
    assert '"weights"' in answer.output


def test_empty_lines_are_said(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    notes = score_files(Request(references=("ref.txt",), inputs=("b.txt",))).notes
    assert notes == ("ref.txt: 1 empty line (4), scored as nothing", "b.txt: 2 empty lines (3, 4), scored as nothing")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"inputs": ("short.txt",)}, "short.txt: 1 lines, but ref.txt has 5"),
        ({"inputs": ("none.txt",)}, "none.txt: cannot be read"),
        ({"metrics": ("bleurt",)}, "no metric 'bleurt'"),
        ({"sentence_level": True, "metrics": ("bleu", "ter")}, "one metric"),
        ({"paired": "bs"}, "several systems"),
        ({"inputs": ("bad.txt",)}, "not utf-8"),
    ],
)
def test_bad_input_is_named(files: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], says: str) -> None:
    monkeypatch.chdir(files)
    (files / "short.txt").write_text("One line.\n", "utf-8")
    (files / "bad.txt").write_bytes(b"\xff\xfe\x00\n" * 5)
    with pytest.raises(InputError, match=says):
        score_files(Request(**{"references": ("ref.txt",), "inputs": ("a.txt",), **change}))  # type: ignore[arg-type]
