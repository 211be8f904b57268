"""The command as its users run it: a real process, real files, exit codes, both streams."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tqcheck.cli import main

CLEAN = "The council met on Tuesday. It agreed to repair the roof of the library before winter.\n"
FAILING = CLEAN + "\nThe mayor said that the work would start soon.The price is not known.\n"


def tqcheck(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    run = subprocess.run(
        [sys.executable, "-m", "tqcheck", *map(str, arguments)],
        input=stdin, capture_output=True, timeout=120, cwd=cwd, env={**os.environ, **environment},
    )  # fmt: skip
    return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode("utf-8"), run.stderr.decode("utf-8"))


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "clean.txt"
    path.write_text(CLEAN)
    return path


def test_clean_article_passes(article: Path) -> None:
    run = tqcheck("check", article)
    assert run.returncode == 0
    assert run.stdout.startswith("PASS")
    assert run.stderr == ""


def test_finding_is_shown_in_context_and_can_fail(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(FAILING)
    assert tqcheck("check", path).returncode == 0
    run = tqcheck("check", path, "--fail-on", "minor", "--lang", "en")
    assert run.returncode == 1
    assert "soon.The" in run.stdout
    assert "FAIL" in run.stdout
    assert "3:" in run.stdout
    assert tqcheck("check", path, "--fail-on", "minor", "--exit-zero").returncode == 0


def test_standard_input_and_json(article: Path) -> None:
    run = tqcheck("check", "-", "--format", "json", stdin=CLEAN.encode())
    report = json.loads(run.stdout)
    assert report["schema"] == "tqcheck-report/1"
    assert report["text"] == CLEAN
    lines = tqcheck("check", article, article, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["document"]["name"] for line in lines] == [str(article)] * 2


def test_bad_inputs_are_named_and_the_rest_is_finished(tmp_path: Path, article: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"\x7fELF\x00\x01\x02" + bytes(range(256)) * 20)
    (tmp_path / "c.jsonl").write_text('{"id": "one", "text": "A fine day."}\n{broken\n{"id": "three", "text": "Another day."}\n')
    run = tqcheck("check", tmp_path, tmp_path / "missing.txt", "--format", "jsonl")
    assert run.returncode == 2
    reports = [json.loads(line) for line in run.stdout.splitlines()]
    assert sum(r["error"] is None for r in reports) == 3
    assert "b.txt" in run.stderr
    assert "c.jsonl" in run.stderr
    assert "c.jsonl:2" in run.stderr
    assert "missing.txt" in run.stderr
    assert "Traceback" not in run.stderr


def test_nothing_to_check(tmp_path: Path) -> None:
    run = tqcheck("check", tmp_path)
    assert run.returncode == 2
    assert "no files to check" in run.stderr


def test_missing_reference_is_said(tmp_path: Path, article: Path) -> None:
    run = tqcheck("check", article, "--reference", tmp_path / "no.txt")
    assert run.returncode == 2
    assert "no.txt" in run.stderr
    assert run.stdout.startswith("PASS")


def test_reference_scores(article: Path) -> None:
    run = tqcheck("check", article, "--reference", article)
    assert "BLEU 100.0" in run.stdout


def test_outputs_and_gate_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(FAILING)
    out = tmp_path / "out"
    run = tqcheck("check", path, "--output", f"{out}/", "--output", tmp_path / "r.json", "--lang", "en")
    assert run.returncode == 0
    assert (out / "a.txt.html").exists()
    assert "soon.The" in (out / "a.txt.html").read_text("utf-8")
    again = tqcheck("gate", tmp_path / "r.json", "--fail-on", "minor")
    assert again.returncode == 1
    assert "1 verdict changed" in again.stdout
    assert tqcheck("gate", tmp_path / "r.json").returncode == 0
    assert tqcheck("gate", path).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chek"], "check"),
        (["check", "--formt", "x", "a"], "--format"),
        (["check", "a", "--format", "htlm"], "html"),
        (["check", "a", "--select", "typografy"], "typography"),
        (["rule", "missing-spce"], "missing-space"),
        (["check", "a", "--config", "no.toml"], "no.toml"),
    ],
)
def test_wrong_words_name_the_nearest(arguments: list[str], says: str, tmp_path: Path) -> None:
    run = tqcheck(*arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert says in run.stderr
    assert "Traceback" not in run.stderr


def test_configuration_of_the_project_is_found(tmp_path: Path) -> None:
    (tmp_path / "tqcheck.toml").write_text("[gate]\nfail-on = 'minor'\n")
    (tmp_path / "a.txt").write_text(FAILING)
    assert tqcheck("check", "a.txt", "--lang", "en", cwd=tmp_path).returncode == 1


def test_rules_are_listed_and_explained() -> None:
    listing = tqcheck("rules").stdout
    assert "untranslated-text" in listing
    explanation = tqcheck("rule", "untranslated-text").stdout
    assert "Why it matters" in explanation
    assert "Not flagged" in explanation
    assert any(rule["name"] == "untranslated-text" for rule in json.loads(tqcheck("rules", "--format", "json").stdout))


def test_no_colour_off_a_terminal(article: Path) -> None:
    assert "\x1b" not in tqcheck("check", article).stdout


def test_direction_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "bidi\u202e.txt"
    path.write_text(CLEAN + "Evil \u202etxt\x1b[2J of.The end\n")
    out = tqcheck("check", path).stdout
    assert "\u202e" not in out
    assert "\x1b" not in out


@pytest.mark.parametrize(("name", "content", "arguments", "says"), [
    ("deep.toml", "a=" + "[" * 5000 + "]" * 5000, ["check", "a.txt", "--config", "deep.toml"], "deep.toml: not valid TOML"),
    ("deep.json", "[" * 100_000, ["check", "a.txt", "--baseline", "deep.json"], "deep.json: not JSON"),
    ("deep.json", "[" * 100_000, ["gate", "deep.json"], "deep.json: is nested too deeply"),
    ("deep.json", "[" * 100_000, ["feedback", "deep.json"], "deep.json: not JSON"),
    ("r.json", '{"schema": "tqcheck-review/1", "decisions": [{"fingerprint": [], "rule": {}, "decision": "leave"}]}', ["feedback", "r.json"], "decision 1 lacks its fingerprint"),
])  # fmt: skip
def test_hostile_files_beside_the_articles_give_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, arguments: list[str], says: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("The harbour was shut on Monday.\n")
    (tmp_path / name).write_text(content)
    run = CliRunner().invoke(main, arguments)
    assert (run.exit_code, says in run.stderr) == (2, True), run.stderr


def test_a_link_to_itself_and_what_nobody_foresaw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop").symlink_to("loop")
    run = CliRunner().invoke(main, ["check", str(tmp_path / "loop")])
    assert (run.exit_code, "loop: cannot be read" in run.stderr) == (2, True), run.stderr

    def break_down(*_: object, **__: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("tqcheck.report.output.targets", break_down)
    run = CliRunner().invoke(main, ["check", str(tmp_path / "loop")])
    assert (run.exit_code, "internal error: KeyError: 'surprise'; please report it" in run.stderr) == (2, True)


def test_comments_for_word_need_a_word_file(article: Path) -> None:
    kept = article.with_name("report.docx")
    kept.write_bytes(b"mine")
    run = tqcheck("check", article, "--output", kept)
    assert run.returncode == 2
    assert "is none; a page is written by --output NAME.html" in run.stderr
    assert kept.read_bytes() == b"mine"
