"""Segments in and out: MQM annotations, line-parallel files, error spans."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import tqcheck as command

import tqcheck
from tqcheck.errors import InputError
from tqcheck.model import Report
from tqcheck.read import parallel, read_all
from tqcheck.report import FORMATS

MQM = """system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity
A\tferry\t7\t1\tann\tDie Fähre fuhr um 5 Uhr.\tThe ferry <v>harbour harbour</v> at 5.\tFluency/Grammar\tMinor
A\tferry\t7\t1\tbob\tDie <v>Fähre</v> fuhr um 5 Uhr.\tThe ferry harbour harbour at 5.\tNo-error\tNo-error
B\tferry\t7\t1\tann\tDie Fähre fuhr um 5 Uhr.\tThe boat left at <v>6</v>.\tAccuracy/Mistranslation\tMajor
A\tferry\t7\t2\tann\tEs war kalt.\tIt was cold.\tNo-error\tNo-error
"""


def rendered(form: str, reports: list[Report]) -> str:
    return "".join(str(part) for part in FORMATS[form].render(reports))


def checked(documents: list[tqcheck.Document]) -> list[Report]:
    return list(tqcheck.Checker({"select": ["typography", "language"], "lang": "en"}).check_all(documents))


def test_mqm_annotations_give_each_segment_once(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(MQM)
    documents = list(read_all([tmp_path / "a.tsv"]))
    assert [(d.meta["system"], d.meta["seg_id"], d.text, d.source) for d in documents] == [
        ("A", "1", "The ferry harbour harbour at 5.", "Die Fähre fuhr um 5 Uhr."),
        ("B", "1", "The boat left at 6.", "Die Fähre fuhr um 5 Uhr."),
        ("A", "2", "It was cold.", "Es war kalt."),
    ]
    for d in documents:
        assert d.page is not None
        assert d.raw
        assert "".join(d.page[start : start + high - low] for low, high, start in d.raw) == d.text


def test_mqm_annotations_come_back_with_their_segments(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(MQM)
    reports = checked(list(read_all([tmp_path / "a.tsv"])))
    rows = [line.split("\t") for line in rendered("mqm", reports).splitlines()[1:]]
    assert rows[0] == [
        "A", "ferry", "7", "1", "tqcheck", "Die Fähre fuhr um 5 Uhr.", "The ferry <v>harbour harbour</v> at 5.", "Fluency/Grammar", "Minor",
    ]  # fmt: skip
    assert [row[:4] for row in rows[1:]] == [["B", "ferry", "7", "1"], ["A", "ferry", "7", "2"]]
    (tmp_path / "b.tsv").write_text(rendered("mqm", reports))
    assert [d.text for d in read_all([tmp_path / "b.tsv"])] == [r.text for r in reports]


def test_error_spans_count_in_the_segment(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(MQM)
    reports = checked(list(read_all([tmp_path / "a.tsv"])))
    ratings = [json.loads(line) for line in rendered("spans", reports).splitlines()]
    assert [(r["system_id"], r["document_id"], r["segment_id"]) for r in ratings] == [("A", "ferry", 0), ("B", "ferry", 0), ("A", "ferry", 1)]
    (error,) = ratings[0]["errors"]
    assert ratings[0]["hypothesis"][error["start"] : error["end"]] == "harbour harbour"
    assert (error["severity"], error["score"], error["is_source_error"]) == ("minor", 1.0, False)


def test_sentences_are_the_segments_of_an_article() -> None:
    report = tqcheck.Checker({"select": ["typography", "language"]}).check("The ferry left at dawn. It was cold cold.", lang="en")
    ratings = [json.loads(line) for line in rendered("spans", [report]).splitlines()]
    assert [r["hypothesis"] for r in ratings] == ["The ferry left at dawn.", "It was cold cold."]
    assert [(e["start"], e["end"]) for e in ratings[1]["errors"]] == [(7, 16)]


def test_lines_that_the_source_has_too_are_the_segments() -> None:
    report = tqcheck.Checker({"select": ["typography", "language"]}).check("The ferry left. It was late.\nIt was cold.", lang="en", source="Die Fähre fuhr.\nEs war kalt.")
    ratings = [json.loads(line) for line in rendered("spans", [report]).splitlines()]
    assert [(r["source"], r["hypothesis"]) for r in ratings] == [("Die Fähre fuhr.", "The ferry left. It was late."), ("Es war kalt.", "It was cold.")]


def files(folder: Path, **contents: str) -> list[str]:
    for name, content in contents.items():
        (folder / f"{name}.txt").write_text(content)
    return [str(folder / f"{name}.txt") for name in contents]


def test_line_parallel_files(tmp_path: Path) -> None:
    text, source, reference = files(tmp_path, text="One ferry.\n\nTwo mills.\n", source="Eine Fähre.\nLeer.\nZwei Mühlen.\n", reference="A ferry.\n\n\n")
    documents = list(parallel.documents(text, source, [reference]))
    assert [(d.text, d.source, [r.text for r in d.references]) for d in documents] == [
        ("One ferry.", "Eine Fähre.", ["A ferry."]), ("", "Leer.", []), ("Two mills.", "Zwei Mühlen.", []),
    ]  # fmt: skip
    assert documents[1].error == f"{text}:2: the line is empty; there is nothing to check"
    assert documents[2].page is not None
    assert documents[2].page[documents[2].raw[0][2] :].startswith("Two mills.")  # type: ignore[index]


def test_files_that_are_not_parallel_are_told(tmp_path: Path) -> None:
    text, source = files(tmp_path, text="One ferry.\nTwo mills.\n", source="Eine Fähre.\n")
    with pytest.raises(InputError, match=r"source.txt: 1 lines, but .*text.txt has 2"):
        list(parallel.documents(text, source, []))


def test_parallel_on_the_command_line(tmp_path: Path) -> None:
    text, source = files(tmp_path, text="The ferry left at 5.\nIt was cold cold.\n", source="Die Fähre fuhr um 5 Uhr.\nEs war kalt.\n")
    run = command("check", text, "--parallel", "--source", source, "--source-lang", "de", "--lang", "en", "--format", "mqm")
    assert run.returncode == 0, run.stderr
    assert [line.split("\t")[3] for line in run.stdout.splitlines()] == ["seg_id", "1", "2"]
    assert "It was <v>cold cold</v>." in run.stdout
    run = command("check", text, "--parallel", "--source", text, "--coverage", source)
    assert run.returncode == 2
    assert "--parallel is for one file" in run.stderr
