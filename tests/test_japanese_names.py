"""Names in an English text against the kanji of its Japanese source."""
from __future__ import annotations

import re

import pytest

from tqcheck import Checker
from tqcheck.names import japanese

WRONG = [
    ("Goro Matsukuchi chaired the meeting.", "松本五郎が会議の議長を務めた。", "Matsukuchi", "Matsumoto"),
    ("The meeting was chaired by Kazuto Hayakawa.", "会議の議長は早川和彦氏が務めた。", "Kazuto", "Kazuhiko"),
    ("The meeting was chaired by Hayakawa Hehiko.", "会議の議長は早川和彦氏が務めた。", "Hehiko", "Kazuhiko"),
    ("A fire broke out in Kumahon.", "熊本で火災が発生した。", "Kumahon", "Kumamoto"),
    ("It was Tsukizawa who spoke.", "話したのは滝澤だ。", "Tsukizawa", "Takizawa"),
    ("The song is by Ikami Yosui.", "歌は井上陽水。", "Ikami", "Inoue"),
    ("Professor Zhumu said so.", "竹村教授はそう述べた。", "Zhumu", ""),
]
RIGHT = [
    ("Goro Matsumoto chaired the meeting.", "松本五郎が会議の議長を務めた。"),
    ("Ohno Yuuji and Jumpei Endoh met Governor Honma.", "大野雄二と遠藤順平は本間知事と会った。"),
    ("Ono Yuji met Junpei Endo.", "大野雄二は遠藤順平と会った。"),
    ("Nakashima and Nakajima, both born in Kobe, were there.", "神戸生まれの中島さんと中島さんが来た。"),
    ("Ippei Hatta and Tetta Ikkaku spoke.", "八田一平と一角鉄太が話した。"),
    ("Sasaki saw Lake Biwa and Mount Fuji.", "佐々木さんは琵琶湖と富士山を見た。"),
    ("Nishi Yuto pitched against Peter Hartley.", "西勇はピーター・ハートリーと投げ合った。"),
    ("Kazo (Saitama) felt it too.", "加須市（埼玉）でも揺れた。"),
]


def found(text: str, source: str) -> dict[str, str]:
    report = Checker(config={"select": ["name-changed"]}).check(text, lang="en", source=source, source_lang="ja")
    return {f.text: f.suggestions[0] if f.suggestions else "" for f in report.findings if f.severity == "major"}


@pytest.mark.parametrize(("text", "source", "wrong", "right"), WRONG)
def test_a_name_that_the_kanji_cannot_be(text: str, source: str, wrong: str, right: str) -> None:
    assert found(text, source) == ({wrong: right} if right else {})


@pytest.mark.parametrize(("text", "source"), RIGHT)
def test_every_plausible_reading_is_right(text: str, source: str) -> None:
    assert found(text, source) == {}


@pytest.mark.parametrize(("one", "other"), [("ohno", "ono"), ("oono", "ono"), ("shimbun", "shinbun"), ("syouzi", "shoji"), ("tutiya", "tsuchiya"), ("hujii", "fujii"), ("shuji", "syuzi")])
def test_one_spelling_for_every_romanisation(one: str, other: str) -> None:
    assert japanese.heard(one) == japanese.heard(other)


def test_every_row_of_the_table_is_hepburn() -> None:
    for kind, rows in japanese._table().items():
        for kanji, readings in rows.items():
            assert readings, (kind, kanji)
            for reading in readings:
                assert re.fullmatch(r"(?:(?:[kgszdnhbpmrwjfty]|sh|ch|ts|[kgnhbpmr]y|kk|ss|tt|pp|ssh|tch|tts)?[aeiou]|n(?![aeiouy])|m(?=[bpm]))+", reading), (kind, kanji, reading)
            if kind in ("surname", "place") and len(kanji) > 1:
                assert len(kanji) <= japanese._LONGEST


def test_a_long_source_ends() -> None:
    assert found("Goro Matsumoto came. " * 200, "松本五郎が来た。" * 2000) == {}
