"""Names: finding them, their spellings, whom they mean, and the rules."""
from __future__ import annotations

import pytest

from tqcheck import Checker, Person, Reference
from tqcheck.checks.names import CHECKS
from tqcheck.names import cyrillic, declension, decoding, renderings, sources
from tqcheck.names.forms import bare_name
from tqcheck.names.mentions import mentions
from tqcheck.names.nominatives import nominatives
from tqcheck.names.palladius import pinyin
from tqcheck.names.roster import Roster
from tqcheck.names.sounds import initials_spelled
from tqcheck.names.spelling import fold, variant
from tqcheck.names.transcription import romanised, script

PEOPLE = (
    Person("Ylva Kjellström", "female", {"ru": "Ильва Чельстрём"}),
    Person("Tomás Echeverría", "male", {"ru": "Томас Эчеверрия"}),
    Person("BJ Hargrove", "male", {"ru": "Би Джей Харгроув"}),
    Person("Anton Mikheyev", "male", {"ru": "Антон Михеев"}),
    Person("Giorgos Lambrinidis", "male", {"el": "Γιώργος Λαμπρινίδης"}),
)


def checker(**config: object) -> Checker:
    return Checker(config={"select": ["names"], **config}, people=PEOPLE)


def marked(text: str, checker: Checker, **given: object) -> list[tuple[str, str, str]]:
    found = checker.check(text, lang="en", **given).findings  # type: ignore[arg-type]
    return [(f.rule, f.text, f.suggestions[0] if f.suggestions else "") for f in found]


# -- mentions ---------------------------------------------------------------------------------------------------------

MENTIONS = [
    ("Yesterday French Defence Minister Paul Rousset met Anna van der Meer.", ["Paul Rousset", "Anna van der Meer"]),
    ("[previous Prime Minister Hugh] Bellamy said.It was late.", ["Hugh] Bellamy"]),
    ("She told J.D. Marlow's lawyer about Omar al-Rashid.", ["J.D. Marlow", "Omar al-Rashid"]),
    ("The budget was passed. However, Ricardo left.", ["Ricardo"]),
    ("O’Brien and D'Angelo were in Kutná Hora.", ["O’Brien", "D'Angelo", "Kutná Hora"]),
    ("", []),
    ("no names here, not one", []),
]


@pytest.mark.parametrize(("text", "wanted"), MENTIONS)
def test_mentions_are_found(text: str, wanted: list[str]) -> None:
    found = mentions(text)
    assert [m.text for m in found] == wanted
    assert all(text[m.start : m.end] == m.text for m in found)


def test_later_surname_is_the_same_person() -> None:
    found = mentions("President Ivo Tarnowski spoke. Later Tarnowski left, and Eva Novotna stayed.")
    assert found[0].entity == found[1].entity != found[2].entity
    assert found[1].full == "Ivo Tarnowski"
    assert (found[0].title, found[0].office, found[0].given, found[0].surname) == ("President", "president", "Ivo", "Tarnowski")


def test_russian_names_are_found() -> None:
    found = mentions("Вчера министр Антон Михеев встретил посла Ильву Чельстрём. Михеев уехал.", lang="ru")
    assert [m.text for m in found] == ["Антон Михеев", "Ильву Чельстрём", "Михеев"]
    assert found[0].entity == found[2].entity
    assert found[0].title == "министр"


def test_titles_tell_country_and_gender() -> None:
    (mention,) = mentions("The talks were led by Polish spokeswoman Marta Zielska.")
    assert (mention.country, mention.gender, mention.kind) == ("Poland", "female", "person")


def test_headline_in_capitals_is_read_with_the_text() -> None:
    found = mentions("TARNOWSKI LEAVES THE PARTY\nIvo Tarnowski left on Monday.")
    assert found[0].text == "TARNOWSKI"
    assert found[0].entity == found[1].entity


# -- spelling ---------------------------------------------------------------------------------------------------------

VARIANTS = [
    ("Sergey", "Sergei"), ("Zelensky", "Zelenskyy"), ("Kiev", "Kyiv"), ("Müller", "Mueller"), ("Oleg", "Oleh"), ("Sidorov", "Sidoroff"), ("Alexei Dmitriev", "Oleksiy Dmitriyev"),
    ("Saint-Etienne", "Saint Étienne"), ("Fyodor", "Fedor"), ("Khachaturian", "Hachaturian"), ("Mohammed", "Muhammad"), ("Lech Wałęsa", "Lech Walesa"),
]  # fmt: skip
DIFFERENT = [("Kallas", "Callas"), ("Vance", "Vens"), ("Lecornu", "Lecorny"), ("Orlov", "Orlova"), ("Hughes", "Khyuz"), ("Petrov", "Pavlov"), ("Johnson", "Dzhonson")]


@pytest.mark.parametrize(("one", "other"), VARIANTS)
def test_variants(one: str, other: str) -> None:
    assert variant(one, other)
    assert variant(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_errors_are_no_variants(one: str, other: str) -> None:
    assert not variant(one, other)


def test_fold() -> None:
    assert fold("Jean-Luc  MÜLLER’s") == "jean luc mullers"


ROMANISED = [
    ("Чельстрём", "ru", "chelstryom"), ("Зеленський", "uk", "zelensky"), ("Григоренко", "uk", "hryhorenko"), ("Λαμπρινίδης", "el", "lamprinidis"), ("შევარდნაძე", "ka", "shevardnadze"),
    ("王强", "zh", "wangqiang"), ("ムラカミ", "ja", "murakami"),
]  # fmt: skip


@pytest.mark.parametrize(("native", "lang", "latin"), ROMANISED)
def test_romanised(native: str, lang: str, latin: str) -> None:
    assert romanised(native, lang)[0] == latin


def test_latin_needs_no_romanisation() -> None:
    assert romanised("Kjellström") == ()
    assert script("Kjellström") == "latin"


# -- whom a name means ------------------------------------------------------------------------------------------------

MEANT = [
    ("Ilva Chelstryom", "Ylva Kjellström"), ("Tomas Echeverriya", "Tomás Echeverría"), ("Bee Jay Hargrove", "BJ Hargrove"), ("Yorgos Lampriniths", "Giorgos Lambrinidis"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "right"), MEANT)
def test_wrong_form_finds_its_person(wrong: str, right: str) -> None:
    match = Roster(PEOPLE, register=False).matches(wrong)[0]
    assert match.entry.person.name == right
    assert not match.exact


@pytest.mark.parametrize("name", ["Ylva Kjellstrom", "Anton Mikheev", "Mikheyev", "BJ Hargrove"])
def test_right_names_and_variants_are_exact(name: str) -> None:
    assert Roster(PEOPLE, register=False).matches(name)[0].exact


@pytest.mark.parametrize("name", ["Peter Aldington", "Maria Santos", "Kjell Berg"])
def test_strangers_mean_nobody(name: str) -> None:
    found = Roster(PEOPLE, register=False).matches(name)
    assert not found or found[0].probability < 0.2


def test_pinyin_of_other_characters_is_somebody_else() -> None:
    roster = Roster(())
    assert roster.matches("Zhou Xiaochuan")[0].exact
    assert roster.matches("Zhao Xiaochuan")[0].probability < 0.5  # 赵, not 周
    for read_back in ("Si Jinping", "Van Yi"):  # what Russian makes of Xi and Wang
        assert roster.matches(read_back)[0].probability > 0.8


def test_a_full_name_that_is_known_is_right_whatever_the_source_looks_like() -> None:
    checker = Checker(config={"select": ["name-changed"], "min-confidence": 0.0})
    source = "Переговоры с президентом Реджепом Тайипом Эрдоганом длились два часа."
    report = checker.check("The talks with President Recep Tayyip Erdogan lasted two hours.", "en", source, "ru")
    assert report.findings == ()


def test_known_is_exact_and_needs_no_index() -> None:
    roster = Roster(PEOPLE, register=False)
    assert [p.gender for p in roster.known("Kjellström")] == ["female"]
    assert roster.known("Kjellstroem Holding") == ()
    assert roster._index is None


def test_initials() -> None:
    assert initials_spelled("jd", ["jay", "dee"])
    assert not initials_spelled("jd", ["jay", "bee"])


def test_bare_name() -> None:
    assert bare_name("Chancellor Olaf Berger") == "Olaf Berger"
    assert bare_name("Dean Barlow") == "Dean Barlow"


def test_empty_roster_answers() -> None:
    roster = Roster((), register=False)
    assert roster.matches("Anna Berg") == []
    assert roster.known("Anna Berg") == ()
    assert roster.matches("") == []


# -- rules ------------------------------------------------------------------------------------------------------------


def test_known_person_written_back() -> None:
    text = "The minister, Ilva Chelstryom, resigned. On Friday Chelstryom left the capital."
    found = marked(text, checker())
    assert found == [
        ("misspelled-name", "Ilva Chelstryom", "Ylva Kjellström"),
        ("misspelled-name", "Chelstryom", "Kjellström"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The minister, Ylva Kjellstrom, resigned, and so did Anton Mikheev.",
        "Peter Aldington, Maria Santos and Corpus Christi College were named.",
        "Kiev and Kharkov were quiet; Sergey Orlov was not.",
        "May Rice will mark the page. Will Young can bill Frank.",
    ],
)
def test_right_names_are_left_alone(text: str) -> None:
    assert marked(text, checker()) == []


def test_two_spellings() -> None:
    text = "Sergei Orlov spoke. Then Sergei Orlov left. Nobody saw Sergey Orlov again."
    (found,) = checker().check(text, lang="en").findings
    assert (found.rule, found.severity, found.text, found.suggestions) == ("inconsistent-name", "minor", "Sergey", ("Sergei",))
    assert found.related[0].text == "Sergei Orlov"


INFLECTED = [("Leonid Gusarova", "Leonid Gusarov"), ("Sergeya Gusarova", "Sergey Gusarov"), ("Olga Gusarovoy", "Olga Gusarova"), ("Anton Belinskogo", "Anton Belinsky")]


@pytest.mark.parametrize(("form", "right"), INFLECTED)
def test_inflected(form: str, right: str) -> None:
    judged = declension.nominative(form.split())
    assert judged is not None
    assert " ".join(judged[0]) == right


@pytest.mark.parametrize("name", ["Leonid Kuchma", "Olga Gusarova", "Jan Svoboda", "Valentina Tereshkova", "Joe Biden", "Nikita Mikhalkov", "Sonata Coulter"])
def test_not_inflected(name: str) -> None:
    judged = declension.nominative(name.split())
    assert judged is None or judged[2] < 0.5


def test_reference_has_another_name() -> None:
    found = marked("Wang Lizheng looked after them.", checker(), references=(Reference("Wang Liwen looked after them."),))
    assert found == [("name-differs", "Lizheng", "Liwen")]


def test_reference_with_variants_is_silent() -> None:
    reference = Reference("In Kyiv, Serhiy Orlov met Hannelore Müller.")
    assert marked("In Kiev, Sergey Orlov met Hannelore Mueller.", checker(), references=(reference,)) == []


def test_other_coverage_is_no_authority_on_other_people() -> None:
    coverage = Reference("Minister Carla Benedetti resigned on Monday.\n\nHer deputy, Ruth Adler, takes over.", kind="coverage")
    assert marked("The mayor, Jonas Albrecht, opened the fair in Ulm.", checker(), references=(coverage,)) == []


SOURCES = [
    ("The mayor, Petr Nabotny, thanked the firemen.", "Starosta Petr Novotný poděkoval hasičům.", "cs", [("name-changed", "Nabotny", "Novotný")]),
    ("The mayor, Petr Novotny, thanked the firemen.", "Starosta Petr Novotný poděkoval hasičům.", "cs", []),
    ("The writer Chen Guoqing was there.", "作家陈国强也在场。", "zh", [("name-changed", "Guoqing", "Guoqiang")]),
    ("The writer Chen Guoqiang was there.", "作家陈国强也在场。", "zh", []),
    ("Gusarov was there.", "Там был Гусаров.", "ru", []),
    ("She praised Melissu Harlan.", "Hún hrósaði Melissu Harlan.", "is", [("name-changed", "Melissu", "Melissa")]),
]


@pytest.mark.parametrize(("text", "source", "lang", "wanted"), SOURCES)
def test_source(text: str, source: str, lang: str, wanted: list[tuple[str, str, str]]) -> None:
    assert marked(text, checker(), source=source, source_lang=lang) == wanted


def test_house_style() -> None:
    found = marked("Kiev and KIEV, but Kyiv.", Checker(config={"names": {"prefer": ["Kyiv"]}, "select": ["preferred-spelling"]}))
    assert found == [("preferred-spelling", "Kiev", "Kyiv"), ("preferred-spelling", "KIEV", "KYIV")]


@pytest.mark.parametrize(
    ("one", "other", "same", "wrong"),
    [("Веблинг", "Веблингом", True, False), ("Ленхарта", "Ленхарту", True, False), ("Бэйкер", "Бейкера", True, False), ("Кравец", "Кравца", True, False),
     ("Веблинга", "Вемлингу", False, True), ("Гусаров", "Гусарова", True, False), ("Франко", "Франка", True, False), ("Коваленко", "Шевченко", False, False)],
)  # fmt: skip
def test_case_forms_are_one_name(one: str, other: str, same: bool, wrong: bool) -> None:
    assert cyrillic.same_name(one, other) is same
    assert cyrillic.misspelled(one, other) is wrong


def test_what_a_name_may_become() -> None:
    right, damaged = renderings.fit("ломсадзе", "lomsadze", "cyrillic"), renderings.fit("ломсадзе", "romsadze", "cyrillic")
    assert right[1] == 0 < damaged[1]
    assert right[0] > damaged[0]
    assert renderings.fit(renderings.spelled("Хейс"), "hayes", "cyrillic")[1] == 0
    assert cyrillic.consonants_fit("Кавано", "kavanaugh")
    assert not cyrillic.consonants_fit("Хартнер", "hartley")


def test_nominatives() -> None:
    assert "Novák" in nominatives("Novákovi", "cs")
    assert nominatives("Berg", "en") == ("Berg",)


@pytest.mark.parametrize(
    ("written", "latin"),
    [("Чжэцзян", "zhejiang"), ("Сяопин", "xiaoping"), ("Цзяньго", "jianguo"), ("Гуанчжоу", "guangzhou"), ("Цзіньпін", "jinping"), ("Цюй", "qu"), ("Дзюба", ""), ("Анна", ""), ("Цитата", "")],
)  # fmt: skip
def test_chinese_names_in_cyrillic(written: str, latin: str) -> None:
    assert pinyin(written) == latin


@pytest.mark.parametrize(
    ("written", "name"),
    [("Хартман", "Hartmann"), ("Ковальчик", "Kowalczyk"), ("Лефевр", "Lefèvre"), ("Гамільтон", "Hamilton"), ("Кампбелл", "Campbell"), ("Гутьеррес", "Gutiérrez"), ("Кыздыбай", "")],
)  # fmt: skip
def test_known_names_behind_a_cyrillic_word(written: str, name: str) -> None:
    found = [known.written for known in decoding.known_names(written)]
    assert name in found if name else not found


PLAIN: list[tuple[str, str, str, dict[str, str]]] = [
    # text, source, language, words found with what to write
    ("The mechanic Dzhenifer Kouper left.", "Механик Дженифер Купер ушёл.", "ru", {"Dzhenifer": "Jennifer"}),
    ("Jennifer Cooper left.", "Дженифер Купер ушёл.", "ru", {}),
    ("The mayor, Pavel Rumin, left.", "Мэр Павел Рюмин ушёл.", "ru", {"Rumin": "Ryumin"}),
    ("The mayor, Pavel Ryumin, left.", "Мэр Павел Рюмин ушёл.", "ru", {}),
    ("Michael Zhuravlyov left.", "Михаил Журавлёв ушёл.", "ru", {"Michael": "Mikhail"}),
    ("Michael Hartley left.", "Майкл Хартли ушёл.", "ru", {}),
    ("Alexander Zhuravlyov left.", "Александр Журавлёв ушёл.", "ru", {}),
    ("Jacob Zelinka left.", "Jakub Zelinka odešel.", "cs", {"Jacob": "Jakub"}),
    ("Jakub Zelinka left.", "Jakub Zelinka odešel.", "cs", {}),
    ("The train stops in Drážďany.", "Vlak staví v Drážďanech.", "cs", {}),
    ("The train leaves Drážďany.", "Vlak opouští Drážďany.", "cs", {"Drážďany": "Dresden"}),
    ("The road to Kamaru is closed.", "An rufe hanyar Kamaru.", "ha", {"Kamaru": "Cameroon"}),
    ("People spoke of Oddnya.", "Fólk talaði um Oddnýju.", "is", {}),
    ("They asked about Snorra.", "Þau spurðu um Snorra.", "is", {"Snorra": "Snorri"}),
    ("They waited for Zinaidu.", "Ждали Зинаиду.", "ru", {"Zinaidu": "Zinaida"}),
    ("The province Zhenjang is far.", "Провинция Чжэцзян далеко.", "ru", {"Zhenjang": "Zhejiang"}),
    ("The province Zhejiang is far.", "В провинции Чжэцзян далеко.", "ru", {}),
    ("They met Heather Fordová.", "Setkali se s Heather Fordovou.", "cs", {"Fordová": "Ford"}),
    ("They met Jana Müllerová.", "Setkali se s Janou Müllerovou.", "cs", {}),
    ("They asked Barboru Zelinka.", "Ptali se na Barboru Zelinkovou.", "cs", {"Barboru": "Barbora"}),
    ("They met Antonu Gutteresh.", "Встретили Антониу Гутерреша.", "ru", {"Antonu": "António", "Gutteresh": "Guterres"}),
    ("They met Benjamin Nethaniel.", "Встретили Биньямина Нетаньяху.", "ru", {"Nethaniel": "Netanyahu"}),
    ("John Paul II came.", "Przyjechał Jan Paweł II.", "pl", {}),
    ("King Charles IV of Bohemia left.", "Král Karel IV. odešel.", "cs", {}),
]


@pytest.mark.parametrize(("text", "source", "lang", "wrong"), PLAIN)
def test_what_a_source_plainly_shows(text: str, source: str, lang: str, wrong: dict[str, str]) -> None:
    found = sources.source_names(text, mentions(text), source, lang, Roster().is_right)
    assert {pair.text: pair.other for pair in found if pair.probability > 0.7} == wrong


@pytest.mark.parametrize("text", ["A" * 50_000, "A." * 20_000, "Ab " * 20_000, "[" * 5000 + "Anna] " * 5000, "Anna-" * 10_000, "van der " * 9000 + "Berg", "’s" * 9999])
def test_hostile_text_ends(text: str) -> None:
    mentions(text)


def example_cases() -> list[object]:
    return [
        pytest.param(rule.name, example, bad, id=f"{rule.name}-{'bad' if bad else 'good'}-{i}")
        for check in CHECKS for rule in check.rules for bad, examples in ((True, rule.bad), (False, rule.good)) for i, example in enumerate(examples)
    ]  # fmt: skip


@pytest.mark.parametrize(("rule", "example", "bad"), example_cases())
def test_examples(rule: str, example: object, bad: bool) -> None:
    checker = Checker(config={"select": [rule]}, people=example.people)  # type: ignore[attr-defined]
    report = checker.check(
        example.plain, lang=example.lang, source=example.source, source_lang=example.source_lang, references=example.references  # type: ignore[attr-defined]
    )
    found = [(f.start, f.end) for f in report.findings if f.rule == rule]
    assert found == (list(example.spans) if bad else [])  # type: ignore[attr-defined]


def test_long_lists_of_names_are_compared_where_they_share_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    from tqcheck.checks import names

    text = "Marta Lindqvist spoke first. Peter Ames and Olga Brandt agreed. Later Marta Lindkvist left with Olga Brandt, and Marta Lindqvist stayed."
    checker = Checker({"select": ["inconsistent-name"], "min-confidence": 0})
    expected = checker.check(text, lang="en").findings
    assert [f.text for f in expected] == ["Lindkvist"]
    monkeypatch.setattr(names, "MOST_COMPARED", 3)
    assert checker.check(text, lang="en").findings == expected
