"""The provenance detector: what holds for any weights, and that a model can be fitted, saved and used."""
from __future__ import annotations

import json
import threading
from importlib.resources import files

import pytest

from tqcheck import Checker
from tqcheck.errors import ConfigError, InputError
from tqcheck.provenance import calibration, detector, features

TEXTS = {
    "en": "The council voted on Monday to close two of the town's five libraries. “We don't like it,” said Mara Holt, who chairs the budget group, "
    "“but the roof at Elm Street won't last another winter.” About 40 people had come to protest. ",
    "de": "Der Stadtrat hat am Montag beschlossen, zwei der fünf Büchereien zu schließen. „Das gefällt uns nicht“, sagte die Vorsitzende. ",
    "ru": "Городской совет в понедельник решил закрыть две из пяти библиотек. «Нам это не нравится», — сказала председатель комиссии. ",
    "cs": "Městská rada v pondělí rozhodla, že zavře dvě z pěti knihoven. „Nelíbí se nám to,“ řekla předsedkyně výboru. ",
    "uk": "Міська рада в понеділок вирішила закрити дві з п’яти бібліотек. «Нам це не подобається», — сказала голова комісії. ",
    "zh": "市议会周一决定关闭五座图书馆中的两座。“我们并不喜欢这样，”委员会主席说，“但屋顶撑不过下一个冬天。” ",
    "ja": "市議会は月曜日、５つの図書館のうち２つを閉鎖することを決めた。「残念だが屋根が次の冬までもたない」と委員長は述べた。 ",
}
LABELS = {"machine", "human-translation", "translation", "original", "inconclusive"}


@pytest.mark.parametrize("lang", features.LANGUAGES)
def test_every_language_has_a_model_whose_answers_are_well_formed(lang: str) -> None:
    text = TEXTS[lang] * 6
    judged = detector.judge(text, lang)
    assert judged is not None
    assert set(judged.probabilities) == {"machine", "human", "original"}
    assert sum(judged.probabilities.values()) == pytest.approx(1)
    assert judged.label in LABELS
    assert sum(judged.source_lang_probabilities.values()) == pytest.approx(1)
    assert judged.source_lang is None or judged.source_lang in judged.source_lang_probabilities
    assert lang in judged.signature
    assert judged == detector.judge(text, lang)


@pytest.mark.parametrize("lang", features.LANGUAGES)
def test_evidence_stands_where_it_says(lang: str) -> None:
    text = "\n\n" + TEXTS[lang] * 4
    judged = detector.judge(text, lang)
    assert judged is not None
    assert judged.evidence
    taken: set[int] = set()
    for clue in judged.evidence:
        assert 0 <= clue.start < clue.end <= len(text)
        assert " ".join(text[clue.start : clue.end].split()) in clue.words
        assert taken.isdisjoint(range(clue.start, clue.end))
        taken.update(range(clue.start, clue.end))


@pytest.mark.parametrize("lang", ["fr", "he", "", None, "../en", "EN-xx-y"])
def test_languages_not_learnt_are_not_judged(lang: str | None) -> None:
    assert detector.judge(TEXTS["en"], lang) is None


@pytest.mark.parametrize("text", ["", " ", "\n", "?", "!!!!" * 5000, "0" * 20000, "a" * 20000, "'" * 9999, "\ud800 x", "😀" * 500, "\x00\x1e\x1f" * 99, "- -- " * 4000])
@pytest.mark.parametrize("lang", ["en", "ja", "ru"])
def test_hostile_text_is_survived_and_tells_nothing(text: str, lang: str) -> None:
    judged = detector.judge(text, lang)
    assert judged is not None
    assert judged.label != "machine"
    assert sum(judged.probabilities.values()) == pytest.approx(1)


def test_a_sentence_is_too_little() -> None:
    judged = detector.judge("The council voted on Monday to close two libraries.", "en")
    assert judged is not None
    assert judged.label == "inconclusive"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“We don’t,” she said", '"We don\'t," she said'),
        ("the roof – an old one – fell", "the roof — an old one — fell"),
        ("about 40\u00a0people", "about 40 people"),
        ("in 1987", "in 2014"),
        ("well… no", "well... no"),
    ],
)
def test_typography_and_digits_tell_nothing(one: str, other: str) -> None:
    text = TEXTS["en"] * 2
    judged = [detector.judge(f"{text}{piece}. {text}", "en") for piece in (one, other)]
    assert judged[0] is not None
    assert judged[1] is not None
    assert judged[0].probabilities == pytest.approx(judged[1].probabilities)


def test_priors_shift_and_only_make_accusations_rarer() -> None:
    text = TEXTS["en"] * 3
    equal, rare, even = (detector.judge(text, "en", prior=p) for p in (None, {"machine": 0.01}, {"machine": 1, "human": 1, "original": 1}))
    assert equal is not None
    assert rare is not None
    assert even is not None
    assert rare.probabilities["machine"] < equal.probabilities["machine"]
    assert even.probabilities == pytest.approx(equal.probabilities)


@pytest.mark.parametrize("prior", [{"machin": 0.5}, {"machine": -1}, {"machine": 2.0}, {"machine": 0, "human": 0, "original": 0}])
def test_a_prior_that_means_nothing_is_an_error(prior: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="prior"):
        detector.judge(TEXTS["en"], "en", prior=prior)


def test_fewer_false_accusations_need_more_evidence() -> None:
    for lang in features.LANGUAGES:
        model = detector.load().detector(lang)
        assert model is not None
        cuts = [calibration.machine_threshold(model._thresholds, rate) for rate in (0.15, 0.08, 0.04, 0.02, 0.01, 0.005, 0.0001)]
        assert cuts == sorted(cuts)
        assert calibration.machine_threshold(model._thresholds, None) == cuts[2]


def test_threads_share_one_model() -> None:
    judges = detector.Judges()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(judges.detector("cs"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_shipped_weights_are_small_and_signed() -> None:
    folder = files("tqcheck.provenance") / "data"
    weights = [f for f in folder.iterdir() if f.name.endswith(".npz")]
    assert sum(len(f.read_bytes()) for f in weights) <= 11e6
    signed = json.loads((folder / "models.json").read_text("utf-8"))
    assert sorted(signed["languages"]) == sorted(f.name[:2] for f in weights) == sorted(features.LANGUAGES)
    assert signed["signature"] in detector.load().signature


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_offsets_of_tokens(lang: str) -> None:
    text = "İzmir said... no!\n\n„Ja“ 12,5 %。 Done?\n" + TEXTS[lang]
    levelled = features.level(text)
    assert len(levelled) == len(text)
    tokens = features.tokenise(levelled, lang)
    for token, (start, end) in zip(tokens, features.places(text, tokens), strict=True):
        assert token == levelled[start:end] or (token == "." and set(levelled[start:end]) <= set(".\x1e\x1f"))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 100, 0.0, 0.0370), (5, 100, 0.0215, 0.1118), (50, 100, 0.4038, 0.5962), (100, 100, 0.9630, 1.0)],  # Wilson (1927)
)
def test_wilson_interval(k: int, n: int, low: float, high: float) -> None:
    assert calibration.interval(k, n) == pytest.approx((low, high), abs=2e-4)


def _records(year: str, articles: int) -> list[dict[str, str]]:
    """Invented articles in three manners that differ in small words, not in topic."""
    manner = {
        "machine": "It should be noted that the {a} of the {b} was carried out, which is the most important of the matters of the {c}.",
        "human": "The {a}, they noted, happened at the {b} – and nothing mattered more to the {c}.",
        "original": "So the {a} went ahead. Nobody at the {b} cared, but it's what the {c} wanted, isn't it?",
    }
    things = ("harbour", "school", "vote", "bridge", "strike", "museum", "budget", "river", "team", "market", "choir")
    rows = []
    for n in range(articles):
        for label, sentence in manner.items():
            parts = [sentence.format(a=things[(n + i) % 11], b=things[(3 * n + 2 * i) % 11], c=things[(5 * n + 7 * i + 1) % 11]) for i in range(12)]
            rows.append({"text": " ".join(parts), "label": label, "doc_id": f"{year}-{n}", "year": year, "src_lang": "en" if label == "original" else "fr"})
    return rows


def test_a_model_is_fitted_saved_and_used(tmp_path) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("scipy")
    from tqcheck.provenance import fitting

    train = fitting.rows_from(_records("2019", 30) + _records("2020", 30))
    test = fitting.rows_from(_records("2021", 12))
    report = fitting.fit(train, test, tmp_path / "own.npz", "en", name="house")
    assert report.figures["test, all"]["auc machine/human"] == 1
    assert report.figures["year 2020, all"]["auc machine/original"] > 0.95
    assert "year 2019" in report.text
    own = detector.load(tmp_path / "own.npz")
    assert own.signature.startswith("house data ")
    judged = own.judge(test[0].text, "en")
    assert judged is not None
    assert judged.signature.startswith("house")
    assert max(judged.probabilities, key=judged.probabilities.__getitem__) == "machine"
    german = own.judge(TEXTS["de"] * 5, "de")
    assert german is not None
    assert "house" not in german.signature


@pytest.mark.parametrize("records", [[{"text": "x"}], [{"label": "machine"}], [{"text": "x", "label": "robot"}]])
def test_records_without_text_or_label_are_named(records: list[dict[str, str]]) -> None:
    pytest.importorskip("scipy")
    from tqcheck.provenance import fitting

    with pytest.raises(InputError, match="record 1"):
        fitting.rows_from(records)


def test_too_little_to_learn_from() -> None:
    pytest.importorskip("scipy")
    from tqcheck.provenance import fitting

    with pytest.raises(InputError, match="too little"):
        fitting.fit(fitting.rows_from(_records("2020", 3)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not weights"])
def test_a_file_that_is_no_model_is_an_error(content: bytes, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ConfigError, match=r"m\.npz"):
        detector.load(tmp_path / "m.npz")


@pytest.mark.parametrize(("text", "lang"), [("Удалить все файлы?", "ru"), ("Дом.", "ru"), ("ファイルを削除しますか", "ja")])
def test_a_few_words_have_no_origin(text: str, lang: str) -> None:
    found = Checker().check(text, lang=lang).provenance
    assert (found.label, found.why, found.probabilities["original"]) == ("inconclusive", "fewer than 10 words do not tell", pytest.approx(1 / 3))
