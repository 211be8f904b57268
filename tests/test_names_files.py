"""People from files: users' own, public collections, and the file that look-ups read."""
from __future__ import annotations

import bz2
import gzip
import json
import pickle
import sqlite3
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from tqcheck import Checker, Person
from tqcheck.cli import main
from tqcheck.errors import InputError
from tqcheck.names import imports
from tqcheck.names.files import read_people
from tqcheck.names.imports import Tally, import_people, language_of, records
from tqcheck.names.roster import Roster, explain
from tqcheck.names.store import Store, Writer

MIKHEYEV = Person("Anton Mikheyev", "male", {"ru": "Антон Михеев"}, ("Anton Mikheev",), role="harbour master")
KJELLSTROM = Person("Ylva Kjellström", "female", {"ru": "Ильва Чельстрём"})
HARGROVE = Person("BJ Hargrove", "male", {"ru": "Би Джей Харгроув"})


# -- files of one's own -----------------------------------------------------------------------------------------------


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_table(tmp_path: Path, start: str, end: str) -> None:
    rows = ["name\tgender\tru\taliases\trole", "Anton Mikheyev\tmale\tАнтон Михеев\tAnton Mikheev\tharbour master", "", "Ylva Kjellström\tfemale\tИльва Чельстрём"]
    path = written(tmp_path, "people.tsv", start + end.join(rows) + end)
    assert list(read_people(path)) == [MIKHEYEV, KJELLSTROM]


def test_spreadsheet_quotes_and_scripts(tmp_path: Path) -> None:
    path = written(tmp_path, "people.tsv", 'name\tkind\tsr-Latn\tzh\n"Bruno ""Bo"" Dahl"\tplace\tBruno Dal\t布鲁诺·达尔\n')
    assert list(read_people(path)) == [Person('Bruno "Bo" Dahl', None, {"sr-Latn": "Bruno Dal", "zh": "布鲁诺·达尔"}, (), "place")]


def test_json_lines(tmp_path: Path) -> None:
    lines = ['{"name": "Anton Mikheyev", "gender": "male", "native": {"ru": "Антон Михеев"}, "aliases": ["Anton Mikheev"], "role": "harbour master"}', "", '{"name": "Lindgården", "kind": "place"}']
    path = written(tmp_path, "people.jsonl", "\n".join(lines))
    assert list(read_people(path)) == [MIKHEYEV, Person("Lindgården", kind="place")]


WRONG = [
    ("", "is empty"),
    ("name,gender\nAnton Mikheyev,male\n", "save it as tab-separated"),
    ("who\tgender\nAnton\tmale\n", "line 1: there is no column `name`"),
    ("name\tgendre\nA B\tmale\n", "did you mean `gender`"),
    ("name\tqq\nA B\tx\n", "column `qq`: should be one of"),
    ("name\tru\tru\nA B\tx\ty\n", "2 times"),
    ("name\tgender\nA B\tmale\n\tfemale\n", "line 3: column `name`: is empty"),
    ("name\tgender\nA B\tm\n", "line 2: column `gender`: should be male, female or empty, not 'm'"),
    ("name\tkind\nA B\tship\n", "column `kind`"),
    ("name\nA B\tmale\n", "line 2: 2 columns, the header has 1"),
    (b"name\nR\xe9mi Duval\n", "line 2: byte 2 is not UTF-8"),
    ("name\nA B\n".encode("utf-16"), "UTF-16"),
    ("name\n" + "x" * (1 << 20) + "\n", "longer than"),
    ('[{"name": "A B"}]', "JSON Lines"),
    ('{"name": "A B"}\n{"name": 7}\n', "line 2: `name`: expected `str`, got `int`"),
    ('{"name": "A B", "native": {"ru": 1}}', "line 1: `native"),
    ('{"name": "A B", "alias": []}', "did you mean `aliases`"),
    ('{"name": "A B", "gender": "x"}', "gender"),
    ('{"name": " "}', "name"),
    ('{"name": "A B"}\n[1]\n', "line 2: should be a JSON object"),
    ('{"name": "A B"', "line 1"),
    ('{"name": ' + "[" * 100000, "line 1"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_wrong_files_say_where_and_what_to_do(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = written(tmp_path, "people.tsv", text)
    with pytest.raises(InputError) as caught:
        list(read_people(path))
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")


def test_missing_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.tsv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            Roster(files=[path])


# -- collections ------------------------------------------------------------------------------------------------------


def entity(labels: dict[str, str], *, is_a: str = "Q5", **more: object) -> dict[str, object]:
    return {
        "type": "item", "id": "Q9", "labels": {k: {"language": k, "value": v} for k, v in labels.items()}, "aliases": [], "descriptions": [],
        "claims": {"P31": [statement({"entity-type": "item", "id": is_a})], **more},
    }  # fmt: skip


def statement(value: object, rank: str = "normal") -> dict[str, object]:
    return {"mainsnak": {"snaktype": "value", "datavalue": {"value": value, "type": "x"}}, "type": "statement", "rank": rank}


def wikidata() -> list[str]:
    first = entity(
        {"en": "Anton Mikheyev", "ru": "Михеев, Антон", "de": "Anton Michejew"},
        P21=[statement({"id": "Q6581072"}, "deprecated"), statement({"id": "Q6581097"})],
        P1559=[statement({"text": "Антон Михеев", "language": "ru"}), {"mainsnak": {"snaktype": "somevalue"}, "rank": "normal"}],
    )
    first["aliases"] = {"en": [{"language": "en", "value": "Anton Mikheev"}, {"language": "en", "value": "Антон"}]}
    first["descriptions"] = {"en": {"language": "en", "value": "harbour master"}}
    second = entity({"mul": "Ylva Kjellström", "ru": "Ильва Чельстрём"}, P21=[statement({"id": "Q6581072"})])
    town = entity({"en": "Lindgården"}, is_a="Q515")
    unnamed = entity({"ja": "山本"})
    broken = entity({"en": "Bad Labels"})
    broken["labels"] = {"en": 7}
    return [json.dumps(e, ensure_ascii=False) for e in (first, town, second, unnamed, broken)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_wikidata(tmp_path: Path, pack: object) -> None:
    text = "[\n" + ",\n".join([*wikidata(), '{"type": "item", "id": "Q5", "labels": {', "\x00\xff"]) + "\n]\n"
    path = written(tmp_path, "dump", pack(text.encode("utf-8")))  # type: ignore[operator]
    made = import_people([path], tmp_path / "people.sqlite")
    assert list(read_people(tmp_path / "people.sqlite")) == [MIKHEYEV, KJELLSTROM]
    assert (made.people, made.skipped, made.malformed) == (2, 2, 3)
    assert f"{path}: line 6" in made.shown[0]
    assert len(made.shown) == 3


def test_follow_the_money(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "schema": "Person", "caption": "Антон Михеев", "properties": {
            "name": ["Антон Михеев", "MIKHEYEV, Anton"], "alias": ["Anton Mikheev", 5], "weakAlias": ["Skipper"], "gender": ["male"], "position": ["harbour master"], "country": ["ru"]}},
        {"id": "b", "schema": "Company", "caption": "Lind AB", "properties": {"name": ["Lind AB"]}},
        {"id": "c", "schema": "Person", "properties": {"name": ["王小波"]}},
        {"id": "d", "schema": "Person", "properties": "none"},
        {"id": "e"},
        ["Person"],
    ]  # fmt: skip
    path = written(tmp_path, "entities.ftm.json", "\n".join(json.dumps(r) for r in rows))
    tally = Tally()
    assert list(records(path, None, tally)) == [(MIKHEYEV, "RU")]
    assert (tally.read, tally.skipped, tally.malformed) == (6, 2, 3)


def test_everypolitician_json(tmp_path: Path) -> None:
    popolo = {"persons": [
        {"id": "a", "name": "Anton Mikheyev", "gender": "male", "summary": "harbour master", "other_names": [{"lang": "ru", "name": "Антон Михеев"}, {"name": "Anton Mikheev"}, {"lang": "fi", "name": "Anton Mihejev"}]},
        {"id": "b", "name": 5}, {"gender": "male"}, "x",
    ], "memberships": [1, 2]}  # fmt: skip
    tally = Tally()
    assert list(records(written(tmp_path, "ep-popolo.json", json.dumps(popolo, indent=1)), None, tally)) == [(MIKHEYEV, None)]
    assert tally.malformed == 3
    with pytest.raises(InputError, match="`persons`"):
        list(records(written(tmp_path, "other.json", '{"a": 1}'), "everypolitician", Tally()))


def test_everypolitician_csv(tmp_path: Path) -> None:
    text = '\ufeffid,name,sort_name,group,chamber,gender\n1,Anton Mikheyev,"Mikheyev, Anton",Harbour,Council,male\n1,Anton Mikheyev,,Harbour,Council,male\n2,,,,,\n3,"Ylva ""Yl"" Lind",,,,unknown\n4,' + "x" * 200000 + "\n"
    tally = Tally()
    found = [p for p, _ in records(written(tmp_path, "term-1.csv", text), None, tally)]
    assert found == [Person("Anton Mikheyev", "male", role="Council, Harbour"), Person('Ylva "Yl" Lind')]
    assert (tally.skipped, tally.malformed) == (1, 2)


def test_long_lines_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LONGEST_LINE", 1000)
    rows = ['{"schema": "Person", "properties": {"name": ["Anton Mikheyev"]}}', "x" * 5000, '{"schema": "Person", "properties": {"name": ["Ylva Lind"]}}']
    tally = Tally()
    assert [p.name for p, _ in records(written(tmp_path, "e.json", "\n".join(rows)), "ftm", tally)] == ["Anton Mikheyev", "Ylva Lind"]
    assert tally.malformed == 1
    assert "line 2: longer than" in tally.shown[0]


def test_only_whole_imports_take_the_place_of_what_is_there(tmp_path: Path) -> None:
    output = tmp_path / "people.sqlite"
    with Writer(output) as writer:
        writer.add([(KJELLSTROM, None)])
    whole = gzip.compress(("\n".join(wikidata() * 2000)).encode())
    broken = written(tmp_path, "dump.json.gz", whole[: len(whole) // 2])
    for paths, said in (([broken], "breaks off"), ([tmp_path / "none"], "cannot be read"), ([written(tmp_path, "empty", "{}\n{}\n")], "no people")):
        with pytest.raises(InputError, match=said):
            import_people(paths, output, "wikidata")
    assert list(Store(output)) == [KJELLSTROM]
    assert [p.name for p in tmp_path.iterdir() if "people.sqlite." in p.name] == []
    with pytest.raises(InputError, match="choose another"):
        import_people([broken], written(tmp_path, "novel.txt", "It was a dark night."))
    with pytest.raises(InputError, match="--format"):
        import_people([tmp_path / "novel.txt"], output)


LANGUAGES = [("Антон", "ru"), ("Андрій", "uk"), ("Ђорђе", "sr"), ("小波", "zh"), ("김민수", "ko"), ("Γιώργος", "el"), ("محمد", "ar"), ("Anton", None)]


@pytest.mark.parametrize(("name", "lang"), LANGUAGES)
def test_language_of_a_name(name: str, lang: str | None) -> None:
    assert language_of(name) == lang


# -- look-ups ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.sqlite"
    syllables = ["ba", "do", "ge", "lim", "mor", "nat", "per", "sil", "tov", "zen"]
    crowd = [(Person(f"{a}{b} {c}{d}{b}".title()), None) for a in syllables for b in syllables for c in syllables for d in syllables[:3]]
    with Writer(path) as writer:
        writer.add([*crowd, (MIKHEYEV, "RU"), (KJELLSTROM, None), (HARGROVE, None), (Person("Wendeline Ann Foss"), None)])
    return path


MATCHES = [
    ("Anton Mikheyev", "Anton Mikheyev", True), ("Anton Mikheev", "Anton Mikheyev", True), ("MIKHEYEV", "Anton Mikheyev", True), ("Mikheyev Anton", "Anton Mikheyev", True),
    ("Wendeline Foss", "Wendeline Ann Foss", True),
    ("Ilva Chelstryom", "Ylva Kjellström", False), ("Bee Jay Hargrove", "BJ Hargrove", False), ("Ylva Kjelstrom", "Ylva Kjellström", False), ("Chelstryom Ilva", "Ylva Kjellström", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "exact"), MATCHES)
def test_store_and_memory_agree(store: Path, name: str, right: str, exact: bool) -> None:
    found = Roster(register=False, files=[store]).matches(name)[0]
    assert (found.entry.person.name, found.exact) == (right, exact)
    held = Roster([MIKHEYEV, KJELLSTROM, HARGROVE, Person("Wendeline Ann Foss")], register=False).matches(name)[0]
    assert (held.entry.person.name, held.exact) == (right, exact)


def test_strangers_stay_strangers(store: Path) -> None:
    roster = Roster(register=False, files=[store])
    for name in ("Guadalupe Ixtepan", "Oswaldo", "Q", "", "木村", "Lo " * 500, "%_' OR 1=1"):
        assert not any(m.exact or m.probability > 0.8 for m in roster.matches(name))
        assert not roster.is_right(name)
        assert roster.known(name) == ()


def test_own_people_come_before_the_file(store: Path) -> None:
    mine = Person("Anton Mikheyev", "male", role="mine")
    assert Roster([mine], files=[store]).known("Anton Mikheyev") == (mine,)


def test_store_is_not_loaded_and_serves_threads(store: Path) -> None:
    roster = Roster(register=False, files=[store])
    assert roster.people == ()
    assert roster.entries == ()
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(roster.matches("Ilva Chelstryom")[0].entry.person.name)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["Ylva Kjellström"] * 8
    assert pickle.loads(pickle.dumps(roster.stores[0])).bears("mikheyev")


def test_checker_uses_the_file(store: Path) -> None:
    checker = Checker(config={"select": ["names"], "names": {"people": [str(store)]}})
    found = checker.check("On Monday Ilva Chelstryom arrived. Anton Mikheev was there.", lang="en").findings
    assert [(f.rule, f.text, f.suggestions) for f in found] == [("misspelled-name", "Ilva Chelstryom", ("Ylva Kjellström",))]
    assert [r.error for r in checker.check_all(["Ilva Chelstryom spoke."] * 2, jobs=2)] == [None, None]


def test_foreign_and_damaged_databases(tmp_path: Path, store: Path) -> None:
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE people (id, name)")
    db.close()
    with pytest.raises(InputError, match="not one made by"):
        Store(other)
    old = written(tmp_path, "old.sqlite", store.read_bytes())
    with sqlite3.connect(old) as db:
        db.execute("PRAGMA user_version = 3")
    db.close()
    with pytest.raises(InputError, match="import` again"):
        Store(old)
    cut = written(tmp_path, "cut.sqlite", store.read_bytes()[:20000])
    with pytest.raises(InputError, match="import` again"):
        list(Store(cut))


def test_explanation_names_the_file(store: Path) -> None:
    assert explain("Ilva Chelstryom", Roster(register=False, files=[store])).endswith("(people.sqlite), through ru “Ильва Чельстрём”")


def test_command_line(tmp_path: Path) -> None:
    run = CliRunner().invoke
    source, output = written(tmp_path, "dump.json", "[\n" + ",\n".join(wikidata()) + "\n]"), str(tmp_path / "people.sqlite")
    made = run(main, ["names", "import", str(source), "--output", output])
    assert made.exit_code == 0
    assert "2 people of 5 records" in made.stdout
    assert "line 6" in made.stderr
    found = run(main, ["names", "lookup", "Ilva", "Chelstryom", "--people", output])
    assert found.exit_code == 0
    assert "Ylva Kjellström" in found.stdout
    assert run(main, ["names", "lookup", "Guadalupe Ixtepan", "--people", output]).exit_code == 0
    assert run(main, ["names", "lookup", "A", "--people", str(tmp_path / "none")]).exit_code == 2


def test_a_name_in_another_alphabet_is_explained() -> None:
    roster = Roster([Person("Ylva Kjellström", "female", {"ru": "Ильва Чельстрём"})], register=False)
    for asked in ("Ильва Чельстрём", "Чельстрём"):
        assert explain(asked, roster).startswith(f"{asked}: right in Russian\n  Ylva Kjellström")
    assert explain("Чельстр", roster) == "Чельстр: nobody known has a name like it"
