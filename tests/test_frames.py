"""DataFrames in, DataFrames out."""
from __future__ import annotations

import pandas as pd
import pytest
import sacrebleu

import tqcheck

FRAME = pd.DataFrame(
    {
        "text": ["The council decides on Monday.", None, "Nobody was hurt in the storm.", "The mill burned down."],
        "one": ["The council will decide on Monday.", "Anything.", None, "The mill has burned down."],
        "two": [["The council takes the decision on Monday."], [], ("No one was hurt in the storm.",), None],
        "language": ["en", "en", None, "en"],
    },
    index=["a", "b", "c", "d"],
)


def test_score_frame_keeps_index_and_equals_sacrebleu() -> None:
    scores = tqcheck.score_frame(FRAME, references="one", lang="language")
    assert list(scores.index) == list(FRAME.index)
    chrf = sacrebleu.CHRF()
    for row in ("a", "d"):
        assert scores.loc[row, "chrF2"] == chrf.sentence_score(FRAME.loc[row, "text"], [FRAME.loc[row, "one"]]).score
    assert scores.loc["b", "error"] == "row b: no text in column 'text'"
    assert pd.isna(scores.loc["c", "chrF2"])
    assert str(scores.dtypes["BLEU"]) == "float64"
    assert str(scores.dtypes["error"]) == "string"
    assert scores.attrs["signatures"]["chrF2"].startswith("nrefs:1")


def test_several_reference_columns() -> None:
    scores = tqcheck.score_frame(FRAME, references=["one", "two"], lang="en")
    assert scores.loc["c", "chrF2"] > 50
    assert scores.loc["a", "chrF2"] >= tqcheck.score_frame(FRAME, references="one", lang="en").loc["a", "chrF2"]


def test_check_frame_keeps_index_and_says_what_failed() -> None:
    checked = tqcheck.check_frame(FRAME, references="one", lang="language", reports=True)
    assert list(checked.index) == list(FRAME.index)
    assert checked.loc["a", "verdict"] in ("pass", "fail", "incomplete")
    assert pd.isna(checked.loc["b", "verdict"])
    assert checked.loc["b", "error"] == "row b: no text in column 'text'"
    assert checked.loc["a", "report"].text == FRAME.loc["a", "text"]
    assert str(checked.dtypes["major"]) == "Int64"


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="'article'"):
        tqcheck.check_frame(FRAME, text="article")


def test_empty_frame() -> None:
    assert tqcheck.check_frame(FRAME.iloc[:0]).empty
    assert tqcheck.score_frame(FRAME.iloc[:0], references="one").empty


INDEXES = [
    pd.Index(["a", "a", "b", "a"]),
    pd.date_range("2024-01-01", periods=4, tz="Europe/Berlin", name="day"),
    pd.MultiIndex.from_product([["x", "y"], [1, 2]], names=["doc", "line"]),
    pd.CategoricalIndex(["p", "q", "p", "q"]),
    pd.Index([1.5, None, 2.0, None]),
    pd.RangeIndex(9, 1, -2),
]


@pytest.mark.parametrize("index", INDEXES, ids=lambda i: type(i).__name__)
def test_any_index_is_kept(index: pd.Index) -> None:
    frame = FRAME.set_axis(index)
    for made in (tqcheck.score_frame(frame, references="one", lang="en"), tqcheck.check_frame(frame, lang="en")):
        pd.testing.assert_index_equal(made.index, index)


def test_columns_of_any_label_and_type() -> None:
    frame = pd.DataFrame({0: pd.Series(["The mill burned down.", pd.NA], dtype="string"), 1: ["The mill has burned down.", 3.5], 2: pd.Categorical(["en", "de"])})
    scores = tqcheck.score_frame(frame, text=0, references=1, lang=2)
    assert scores.loc[0, "chrF2"] == tqcheck.score_frame(frame, text=0, references=[1], lang="en").loc[0, "chrF2"]
    assert scores.loc[1, "error"] == "row 1: no text in column 0"
    tuples = pd.DataFrame([["The mill burned down.", "The mill has burned down."]], columns=pd.MultiIndex.from_tuples([("mt", "text"), ("ref", "text")]))
    assert tqcheck.score_frame(tuples, text=("mt", "text"), references=("ref", "text"), lang="en").loc[0, "chrF2"] == scores.loc[0, "chrF2"]


def test_several_processes_give_the_same_and_progress_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.concat([FRAME] * 5)
    alone = tqcheck.score_frame(frame, references="one", lang="en")
    pd.testing.assert_frame_equal(tqcheck.score_frame(frame, references="one", lang="en", jobs=2, progress=True), alone)
    assert "tqcheck: 20 of 20" in capsys.readouterr().err


@pytest.mark.parametrize(("frame", "error", "says"), [
    (FRAME["text"], TypeError, "not Series; give series.to_frame"),
    ([1], TypeError, "not list"),
    (FRAME.rename(columns={"one": "text"}), ValueError, "'text' names more than one column"),
])  # fmt: skip
def test_what_is_no_table_of_texts_is_told(frame: pd.DataFrame, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        tqcheck.check_frame(frame)


def test_notebooks_show_tables() -> None:
    report = tqcheck.check_frame(FRAME, references="one", lang="en", reports=True).loc["a", "report"]
    assert report._repr_html_().startswith("<p><b>")
    assert "<th>chrF2</th>" in report.scores._repr_html_()
    assert tqcheck.Checker().check("<script>alert(1)</script> cold cold.", lang="en")._repr_html_().count("<script>") == 0


def test_ter_of_long_texts_only_when_asked() -> None:
    long = pd.DataFrame({"text": ["\n".join(f"Line {n} of this text has some eight words." for n in range(600))]})
    long["reference"] = long["text"]
    auto = tqcheck.score_frame(long, lang="en")
    assert pd.isna(auto.loc[0, "TER"])
    assert "TER" in auto.loc[0, "notes"]
    assert tqcheck.score_frame(long, lang="en", ter="always").loc[0, "TER"] == 0
    assert pd.isna(tqcheck.score_frame(long, lang="en", ter="never").loc[0, "TER"])
