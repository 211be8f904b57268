"""Files of translation units, XLIFF, TMX, PO, and tables: texts, sources, places, what is left out, hostile ones."""
from __future__ import annotations

import time
from pathlib import Path

import pytest

import tqcheck
from tqcheck.model import Document
from tqcheck.read import read_all
from tqcheck.report.places import Places

XLIFF_1 = """<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
 <file original="a.html" source-language="ru" target-language="en" datatype="html"><header><note>Never mind</note></header><body>
  <trans-unit id="u1"><source>Паром ушёл утром.</source><target>The ferry left &amp; <g id="1">came</g> back.It was late.</target>
   <alt-trans><source>Паром</source><target>Old proposal</target></alt-trans></trans-unit>
  <group><trans-unit id="u2"><source>Он <ph id="2">%s</ph> метров.</source><seg-source><mrk mtype="seg" mid="0">Он</mrk></seg-source>
    <target>
      It is <bpt id="3">&lt;b&gt;</bpt>long<ept id="3">&lt;/b&gt;</ept>,
      <ph id="2">%s</ph> metres.
    </target></trans-unit></group>
  <trans-unit id="u7"><source>Ещё.</source></trans-unit>
  <trans-unit id="u8" translate="no"><source>CODE</source></trans-unit>
 </body></file></xliff>"""
XLIFF_2 = """<xliff version="2.1" srcLang="de" trgLang="en" xmlns="urn:oasis:names:tc:xliff:document:2.0" xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0">
<file id="f"><unit id="a"><mtc:matches><mtc:match ref="#1"><source>Nein</source><target>No</target></mtc:match></mtc:matches><notes><note>x</note></notes>
<segment id="1"><source>Der Zug hält.</source><target>The train <pc id="1">stops</pc>.</target></segment>
<segment id="2"><source>Er fährt weiter.</source><target>It goes on<sc id="2"/>.</target></segment></unit>
<unit id="b"><segment><source>Fertig.</source><target>Done.</target></segment></unit></file></xliff>"""
TMX = """<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="ru" segtype="sentence"/><body>
<tu tuid="t1"><tuv xml:lang="ru"><seg>Дождь.</seg></tuv><tuv xml:lang="en-GB"><seg>It <hi>rains</hi><bpt i="1">{b}</bpt>.</seg></tuv></tu>
<tu><tuv xml:lang="en-GB"><seg>Snow fell.</seg></tuv><tuv xml:lang="ru"><seg>Выпал снег.</seg></tuv></tu></body></tmx>"""
PO = r'''# A comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Language: en\n"

#: a.c:3
msgctxt "menu"
msgid "Öffnen"
msgstr "Open “it”"

#, fuzzy, c-format
msgid "Vielleicht"
msgstr "Perhaps"

msgid "Eine Datei"
msgid_plural "%d Dateien"
msgstr[0] "One \"file\""
msgstr[1] ""
"%d files\n"
"were found."

msgid "Offen"
msgstr ""

#~ msgid "Alt"
#~ msgstr "Old"
'''


def one(path: Path) -> Document:
    (document,) = read_all([str(path)])
    return document


def written(tmp_path: Path, name: str, content: str, encoding: str = "utf-8") -> Document:
    (tmp_path / name).write_bytes(content.encode(encoding))
    return one(tmp_path / name)


@pytest.mark.parametrize(("name", "content", "text", "source", "langs", "units"), [
    ("a.xlf", XLIFF_1, "The ferry left & came back.It was late.\nIt is long, \ufffc metres.", "Паром ушёл утром.\nОн \ufffc метров.", ("en", "ru"), ["u1", "u2"]),
    ("a.xliff", XLIFF_2, "The train stops. It goes on.\nDone.", "Der Zug hält. Er fährt weiter.\nFertig.", ("en", "de"), ["a", "b"]),
    ("a.tmx", TMX, "It rains.\nSnow fell.", "Дождь.\nВыпал снег.", ("en-GB", "ru"), ["t1", "2"]),
    ("a.po", PO, 'Open “it”\nOne "file"\n%d files\nwere found.', "Öffnen\nEine Datei\n%d Dateien", ("en", None), ["menu", "Eine Datei", "Eine Datei"]),
])  # fmt: skip
def test_targets_are_the_text_and_sources_the_source(tmp_path: Path, name: str, content: str, text: str, source: str, langs: tuple[str, str], units: list[str]) -> None:
    document = written(tmp_path, name, content)
    assert (document.error, document.text, document.source) == (None, text, source)
    assert (document.lang, document.source_lang) == langs
    assert [unit for _, unit in document.meta["units"]] == units
    assert document.page is not None
    assert document.raw
    for start, end, place in document.raw:
        assert document.text[start:end] == document.page[place : place + end - start]
    inside = sum(end - start for start, end, _ in document.raw)
    assert inside > 0.8 * len(text.replace("\n", ""))


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    assert 'line 11: unit "u7" has no target; it was left out' in written(tmp_path, "a.xlf", XLIFF_1).notes
    notes = written(tmp_path, "a.po", PO).notes
    assert 'line 13: unit "Vielleicht" is fuzzy; it was left out' in notes
    assert 'line 23: unit "Offen" has no target; it was left out' in notes
    many = XLIFF_2.replace("<target>", "<note>").replace("</target>", "</note>")
    assert "none of its 2 units has a translation" in str(written(tmp_path, "b.xlf", many).error)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251"])
def test_the_declared_encoding_is_used(tmp_path: Path, encoding: str) -> None:
    content = XLIFF_1.replace("UTF-8", encoding).replace("The ferry", "Паром “Ост”")
    document = written(tmp_path, "a.xlf", content, encoding)
    assert document.text.startswith("Паром “Ост” left & came")


def test_findings_stand_in_the_file_and_name_their_unit(tmp_path: Path) -> None:
    report = tqcheck.Checker({"select": ["typography"]}).check(written(tmp_path, "a.xlf", XLIFF_1))
    (finding,) = [f for f in report.findings if f.rule == "missing-space"]
    places = Places(report)
    place = places.of(finding)
    assert place is not None
    assert XLIFF_1.split("\n")[place.line - 1][place.column - 1 : place.end_column - 1] == finding.text
    assert places.unit(finding) == "u1"
    assert all(s.kind == "paragraph" for s in report.segments)


@pytest.mark.parametrize(("name", "content", "says"), [
    ("a.xlf", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xliff version="1.2">&b;</xliff>', "line 1: declares an entity"),
    ("a.xlf", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xliff version="1.2">&a;</xliff>', "declares an entity"),
    ("a.xlf", "<xliff version='1.2'>\n<file>", "line 2: is not well-formed XML"),
    ("a.xlf", "<html><body>Hello</body></html>", "not XLIFF 1.2 or 2.x"),
    ("a.xlf", "<xliff version='1.2'></xliff>", "holds no translation units"),
    ("a.xlf", XLIFF_1.replace("</file>", '</file><file source-language="ru" target-language="de"/>'), "into en, de; give each language a file"),
    ("a.tmx", XLIFF_1, "not TMX"),
    ("a.po", 'msgid "a"\nmsgstr "b"\nnonsense\n', "line 3: is no line of a PO file: nonsense"),
    ("a.po", 'msgid "a"\nmsgstr "b', "line 2: is no line"),
    ("a.tsv", "body\tsource\nx\ty\n", ':1: the header names no column "text"'),
])  # fmt: skip
def test_bad_files_say_what_is_wrong_and_where(tmp_path: Path, name: str, content: str, says: str) -> None:
    document = written(tmp_path, name, content)
    assert says in str(document.error)
    assert document.text == ""


def test_a_table_is_one_article_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text('source\tTarget\tref\tid\nПаром.\tThe "ferry" left.\tThe boat left.\t7\nx\ty\n\nЕщё.\tMore.\t\t8\r\n')
    documents = list(read_all([str(tmp_path / "a.tsv")]))
    assert [(d.text, d.source, [r.text for r in d.references], d.meta.get("id")) for d in documents] == [
        ('The "ferry" left.', "Паром.", ["The boat left."], "7"), ("", None, [], None), ("More.", "Ещё.", [], "8"),
    ]  # fmt: skip
    assert "a.tsv:3: has 2 columns, the header 4; it was left out" in str(documents[1].error)
    assert documents[0].raw == ((0, 17, 28),)
    assert documents[0].page is not None
    assert documents[0].page[28:45] == documents[0].text
    assert Places(tqcheck.Checker({"select": ["typography"]}).check(documents[0])).path.endswith("a.tsv")


def test_folders_give_units_but_no_tables(tmp_path: Path) -> None:
    for name, content in (("a.po", PO), ("b.xlf", XLIFF_1), ("c.tmx", TMX), ("d.tsv", "text\nx\n")):
        (tmp_path / name).write_text(content)
    assert [Path(d.name).name for d in read_all([str(tmp_path)])] == ["a.po", "b.xlf"]


def test_large_and_deep_files_cost_no_more_than_their_length(tmp_path: Path) -> None:
    unit = "<trans-unit id='{0}'><source>Das ist Satz {0}.</source><target>This is sentence {0}, or so they say.</target></trans-unit>"
    body = "".join(unit.format(n) for n in range(20_000))
    deep = "<g>" * 50_000 + "x" + "</g>" * 50_000
    (tmp_path / "a.xlf").write_text(f"<xliff version='1.2'><file>{body}<trans-unit id='d'><target>{deep}</target></trans-unit></file></xliff>")
    (tmp_path / "a.po").write_text("".join(f'msgid "Satz {n}"\nmsgstr "Sentence {n} \\"here\\""\n\n' for n in range(20_000)))
    began = time.process_time()
    assert one(tmp_path / "a.xlf").text.count("\n") == 20_000
    assert one(tmp_path / "a.po").text.count("\n") == 19_999
    assert time.process_time() - began < 5


def test_po_reads_as_polib_does(tmp_path: Path) -> None:
    polib = pytest.importorskip("polib")
    (tmp_path / "a.po").write_text(PO)
    entries = [e for e in polib.pofile(str(tmp_path / "a.po")) if not e.fuzzy and not e.obsolete]
    expected = [text for e in entries for text in ([e.msgstr_plural[k] for k in sorted(e.msgstr_plural)] if e.msgid_plural else [e.msgstr]) if text]
    assert one(tmp_path / "a.po").text == "\n".join(expected)
