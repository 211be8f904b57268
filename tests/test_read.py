"""Reading: every format, encoding and oddity; hostile files through `read_all`."""
from __future__ import annotations

import io
import json
import os
import threading
import time
import tracemalloc
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tqcheck.model import Document
from tqcheck.positions import raw_span
from tqcheck.read import FORMATS, html, read, read_all, text
from tqcheck.read.decoding import decode

RUSSIAN = "Вчера в городе открыли новый мост через реку. Об этом сообщили в мэрии, и жители уже ходят по нему пешком.\n"
UKRAINIAN = "Учора в місті відкрили новий міст через річку. Про це повідомили в мерії, і мешканці вже ходять ним пішки.\n"
GERMAN = "Die neue Brücke über den Fluß wurde gestern eröffnet, sagte die Bürgermeisterin. Über tausend Gäste waren da.\n"
FRENCH = "Le nouveau pont a été inauguré hier, a déclaré la mairie. Les élèves ont chanté après la cérémonie.\n"
CZECH = "Včera otevřeli ve městě nový most přes řeku. Uvedla to radnice, která pozvala i žáky a učitele ze škol.\n"
ENGLISH = "The mayor said the “new” bridge – all 300 metres of it – cost €4 million and won’t be closed in the winter.\n"
CHINESE = "昨天，市里开通了一座新桥。市长说，这座桥花了三年时间才建成，大家都很高兴。\n"
JAPANESE = "昨日、市内で新しい橋が開通した。市長は、完成までに三年かかったと述べた。\n"


def only(path: object, **options: str) -> Document:
    documents = list(read_all([str(path)], **options))
    assert len(documents) == 1
    return documents[0]


def check_runs(document: Document) -> None:
    assert document.page is not None
    assert document.raw is not None
    at = 0
    for start, end, page_start in document.raw:
        assert at <= start < end
        assert document.text[start:end] == document.page[page_start : page_start + end - start]
        at = end


# -- encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "encoding", "named"),
    [
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "iso8859-5", "iso8859-5"),
        (RUSSIAN, "cp866", "cp866"),
        (UKRAINIAN, "cp1251", "cp1251"),
        (GERMAN, "cp1252", "cp1252"),
        (FRENCH, "cp1252", "cp1252"),
        (ENGLISH, "cp1252", "cp1252"),
        (CZECH, "cp1250", "cp1250"),
        (CZECH, "iso8859-2", "iso8859-2"),
        (CHINESE, "gb18030", "gb18030"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (RUSSIAN, "utf-16-le", "utf-16-le"),
        (ENGLISH, "utf-16-be", "utf-16-be"),
    ],
)
def test_encoding_is_found_and_named(written: str, encoding: str, named: str) -> None:
    decoded = decode(written.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.problem) == (written, named, None)
    assert bool(decoded.notes) == (named != "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_is_removed_and_said(encoding: str) -> None:
    decoded = decode(RUSSIAN.encode(encoding))
    assert decoded.text == RUSSIAN
    assert "byte order mark" in decoded.notes[0]


@pytest.mark.parametrize(
    ("data", "encoding", "problem"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", None, "PNG image"),
        (b"PK\x03\x04rest", None, "ZIP archive"),
        (bytes(range(256)) * 40, None, "binary"),
        (b"line\nb\xffd", "utf-8", "line 2"),
        (b"text", "utf-99", "unknown encoding"),
        (b"text", "hex", "no encoding of text"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(data: bytes, encoding: str | None, problem: str) -> None:
    decoded = decode(data, encoding)
    assert decoded.text == ""
    assert problem in str(decoded.problem)


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    decoded = decode(RUSSIAN.encode() * 3 + b"\xff" + RUSSIAN.encode())
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1
    assert "line 4" in decoded.notes[0]


def test_stray_bytes_in_a_text_of_few_accents_are_named() -> None:
    data = ENGLISH.encode() * 2
    data = data[:9] + b"\x92" + data[9:60] + b"\xe9\xe8" + data[60:]
    decoded = decode(data)
    assert (decoded.encoding, decoded.text.count("\ufffd")) == ("utf-8", 3)
    assert decoded.notes == ("3 stray bytes in UTF-8 became U+FFFD: 92 on line 1, E9 on line 1, E8 on line 1",)


def test_a_wrong_byte_order_mark_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe" + b'{"text": "A short article in one line."}\n' * 3)
    documents = list(read_all([str(tmp_path)]))
    assert [(d.text, d.error) for d in documents] == [("A short article in one line.", None)] * 3
    assert "was removed, as the text is not in that encoding" in documents[0].notes[0]
    assert decode("\ufeff昨天市里开通了一座新桥“市长说”市长说这座桥花了三年时间".encode("utf-16-le")).encoding == "utf-16-le"


def test_a_long_file_of_lines_in_utf_16(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": "Ein Satz über Brücken. " * 300}, ensure_ascii=False) + "\n" for _ in range(100))
    (tmp_path / "a.jsonl").write_bytes(lines.encode("utf-16"))
    assert [(d.text[:23], d.error) for d in read_all([str(tmp_path)])] == [("Ein Satz über Brücken. ", None)] * 100


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_named_pipes_are_read_and_do_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setattr(import_module("tqcheck.read"), "PIPE_SECONDS", 0.1)
    assert "nobody wrote to it" in str(only(pipe).error)
    writer = threading.Thread(target=lambda: time.sleep(0.02) or pipe.write_text(ENGLISH))
    writer.start()
    assert only(pipe).text == ENGLISH
    writer.join()


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    decoded = decode(data)
    assert decoded.problem is None or decoded.text == ""


# -- text files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".txt", ".md", ".markdown", ""])
def test_text_is_the_file_unchanged(tmp_path: Path, suffix: str) -> None:
    written = "# Head\r\n\r\nA line.\rAnother\u2028one.\n\n\n  end \t"
    (tmp_path / f"a{suffix}").write_bytes(written.encode())
    document = only(tmp_path / f"a{suffix}")
    assert document.text == written
    assert (document.raw, document.page, document.notes, document.error) == (None, None, (), None)
    assert document.format == ("markdown" if suffix.startswith(".m") else "text")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("A NUL\0 in a sentence that is long enough to be one.", "1 NUL character"),
        ("Bidi \u202eoverride\u202c here.", "2 bidirectional"),
        ("Lost \ufffd here.", "replacement character"),
        ("Escape \x1b[31m codes \x07.", "control character"),
    ],
)
def test_oddities_are_named_and_the_text_kept(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "a.txt").write_bytes(written.encode())
    document = only(tmp_path / "a.txt")
    assert (document.text, document.error) == (written, None)
    assert any(said in note for note in document.notes)


@pytest.mark.parametrize(("page", "said"), [("", "is empty"), ("<script>go()</script><p> </p>", "holds no text; where a script puts it in")])
def test_a_page_without_text_cannot_be_checked(tmp_path: Path, page: str, said: str) -> None:
    (tmp_path / "a.html").write_text(page)
    assert said in str(only(tmp_path / "a.html").error)


@pytest.mark.parametrize(("written", "said"), [("", "is empty"), (" \n\t\n", "only white space")])
def test_a_file_without_text_cannot_be_checked(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "a.txt").write_text(written)
    document = only(tmp_path / "a.txt")
    assert document.error is not None
    assert "a.txt" in document.error
    assert said in document.error


def test_encoding_option_is_final(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"caf\xe9 \xe9t\xe9")
    assert read(tmp_path / "a.txt", encoding="latin-1").text == "café été"
    error = read(tmp_path / "a.txt", encoding="utf-8").error
    assert error is not None
    assert "line 1" in error


# -- JSON Lines -------------------------------------------------------------------------------------------------------

LINES = [
    '{"id": 7, "text": "He said \\"no\\".\\nThen \\u0410 \\ud83d\\ude00 left.", "lang": "en", "meta": {"text": "x"}, "desk": "world"}',
    "",
    '{"text": "cut \\ud800", "reference": "One."}',
    "{broken",
    "[1, 2]",
    '{"text": 5}',
    '{"title": "none"}',
    '{"text": "a", "references": ["x", {"text": "y", "kind": "coverage", "lang": "en"}]}',
    '{"text": "a", "references": [{"text": "y", "kind": "odd"}]}',
    '{"text": "a", "reference": "x", "references": ["y"]}',
    '{"text": "a", "meta": 3}',
    '{"text": null}',
]


def test_jsonl_articles_and_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(LINES), "utf-8")
    documents = {int(d.name.rpartition(":")[2]): d for d in read_all([path])}
    assert sorted(documents) == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert {n for n, d in documents.items() if d.error} == {4, 5, 6, 7, 9, 10, 11, 12}
    assert all(str(d.error).startswith(f"{path}:{n}: ") for n, d in documents.items() if d.error)
    first = documents[1]
    assert (first.text, first.lang) == ('He said "no".\nThen А 😀 left.', "en")
    assert first.meta == {"id": 7, "text": "x", "desk": "world"}
    check_runs(first)
    assert raw_span(first, 8, 12) == (LINES[0].index('"no'), LINES[0].index("no") + 4)
    assert "unpaired surrogate" in documents[3].notes[0]
    assert documents[3].references[0].text == "One."
    assert [(r.text, r.kind) for r in documents[8].references] == [("x", "auto"), ("y", "coverage")]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4), st.booleans())
@settings(max_examples=80, deadline=None)
def test_jsonl_runs_equal_the_file(texts: list[str], ascii_only: bool) -> None:
    data = "\n".join(json.dumps({"x": [1, {"text": "no"}], "text": t}, ensure_ascii=ascii_only) for t in texts)
    stream = io.BytesIO(data.encode("utf-8", "surrogatepass"))
    documents = list(read_all(["-"], stdin=stream))
    assert [d.text for d in documents if d.error is None] == texts or "\ud800" <= max("".join(texts)) <= "\udfff"
    for document in documents:
        if document.page is not None:
            check_runs(document)


def test_jsonl_is_streamed() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            line = b'{"text": "again"}\n' * 100
            buffer[: len(line)] = line
            return len(line)

    documents = read_all(["-"], stdin=io.BufferedReader(Endless(), 1800))
    assert [next(documents).text for _ in range(5000)] == ["again"] * 5000


def test_jsonl_in_other_encodings(tmp_path: Path) -> None:
    line = json.dumps({"text": RUSSIAN}, ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "cp1251"):
        (tmp_path / "a.jsonl").write_bytes(f"{line}\n{line}\n".encode(encoding))
        assert [d.text for d in read_all([tmp_path / "a.jsonl"])] == [RUSSIAN, RUSSIAN], encoding


# -- HTML -------------------------------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>T &amp; U</title><meta charset="utf-8"><style>p > a { color: red }</style>
<link href="https://example.org/bridge" rel="canonical"></head>
<body><nav><ul><li>Home<li>News</ul></nav>
<article><h1>Mayor  opens
   bridge</h1>
<p title="a > b">The <b>mayor</b>, &quot;Ana&quot;&nbsp;Lee &amp; co, came.<br>All
cheered.</p><script>if (a<b) write("<p>no</p>")</script><!-- <p>neither</p> -->
<p>Tickets cost 5 &lt; 6 &unknown; euros<p>Last one.
<footer>Photo: A. Lee</footer></article>
<div hidden>secret</div><footer>© Example</footer></body></html>"""


def test_html_text_and_places(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    document = only(tmp_path / "a.html")
    assert document.text == (
        'Mayor opens bridge\n\nThe mayor, "Ana"\xa0Lee & co, came.\nAll cheered.\n\n'
        "Tickets cost 5 < 6 &unknown; euros\n\nLast one.\n\nPhoto: A. Lee"
    )
    check_runs(document)
    start = document.text.index("mayor, ")
    assert raw_span(document, start, start + 5) == (PAGE.index("mayor</b>"), PAGE.index("mayor</b>") + 5)
    assert (document.url, document.meta["title"], document.meta["lang"]) == ("https://example.org/bridge", "T & U", "en")


def test_html_declared_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"<meta charset=windows-1251><p>" + "да".encode("cp1251"))
    document = only(tmp_path / "a.html")
    assert (document.text, document.encoding) == ("да", "cp1251")


@given(st.text(alphabet="<>/!-&;#ap \n\"'=xé", max_size=120))
@settings(max_examples=200, deadline=None)
def test_html_runs_equal_the_page(page: str) -> None:
    text, raw = html.extract(page)
    check_runs(Document(text=text, page=page, raw=raw))


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 60_000, "<!--" * 60_000, "<" * 100_000, '<a "' * 60_000, "<script>" * 40_000, "&" * 200_000, "<a b='" * 50_000,
        "<p>" * 80_000, "</div>" * 60_000, '<!ENTITY a "&a;&a;">' * 5_000,
    ],
    ids=lambda page: page[:8],
)  # fmt: skip
def test_hostile_html_costs_no_more_than_its_length(page: str) -> None:
    start = time.process_time()
    text, _ = html.extract(page)
    assert time.process_time() - start < 4
    assert len(text) <= len(page)


# -- files, folders, patterns -----------------------------------------------------------------------------------------


def test_folders_patterns_and_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/c.txt", "sub/.hidden.txt", ".git/d.txt", "picture.png", "sub/deep/e.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<p>Text.</p>" if name.endswith("html") else "Text.", "utf-8")
    names = [os.path.relpath(d.name, tmp_path) for d in read_all([tmp_path])]
    assert names == ["a.md", "b.txt", "sub/c.txt", "sub/deep/e.html"]
    assert [d.name for d in read_all([str(tmp_path / "*.txt")])] == [str(tmp_path / "b.txt")]
    assert [d.name for d in read_all([str(tmp_path / "**/*.txt")])] == [str(tmp_path / "b.txt"), str(tmp_path / "sub/c.txt")]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("missing.txt", "No such file"), ("*.nothing", "no file matches"), ("empty", "no files to check"), ("a.json", "save it as .jsonl"),
     ("nul\0.txt", "cannot be read"), ("loop.txt", "cannot be read"), ("old.odt", "ZIP archive")],
)  # fmt: skip
def test_what_cannot_be_read_is_a_document_with_its_error(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "old.odt").write_bytes(b"PK\x03\x04....")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "good.txt").write_text("Good.")
    bad, good = read_all([str(tmp_path / name), tmp_path / "good.txt"])
    assert str(bad.error).startswith(str(tmp_path / name))
    assert problem in str(bad.error)
    assert (good.text, good.error) == ("Good.", None)


def test_a_folder_with_unreadable_files_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("First.")
    (tmp_path / "b.txt").symlink_to(tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "c.txt")
    (tmp_path / "d.txt").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "e.txt").write_text("Last.")
    documents = list(read_all([tmp_path]))
    assert [d.text for d in documents] == ["First.", "", "", "Last."]
    assert [bool(d.error) for d in documents] == [False, True, True, False]


def test_a_file_that_vanishes_or_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(f"Text {name}.")
    documents = read_all([tmp_path])
    assert next(documents).error is None
    (tmp_path / "b.txt").unlink()
    assert "No such file" in str(next(documents).error)
    original = text.documents

    def changing(stream: io.BufferedReader, name: str, encoding: str | None) -> object:
        yield from original(stream, name, encoding)

    def slow(stream: io.BufferedReader, name: str, encoding: str | None) -> object:
        for document in changing(stream, name, encoding):  # type: ignore[attr-defined]
            (tmp_path / "c.txt").write_text("Something else, and longer.")
            yield document

    monkeypatch.setattr(text, "documents", slow)
    document = next(documents)
    assert document.text == "Text c.txt."
    assert any("changed while it was read" in note for note in document.notes)


def test_read_takes_one_article(tmp_path: Path) -> None:
    (tmp_path / "two.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n')
    (tmp_path / "none.jsonl").write_text("\n")
    assert "several" in str(read(tmp_path / "two.jsonl").error)
    assert "no article" in str(read(tmp_path / "none.jsonl").error)
    assert "folder" in str(read(tmp_path).error)


def test_standard_input_is_sniffed() -> None:
    for data, kind, written in ((b"Plain.", "text", "Plain."), (b"<html><p>Hi", "html", "Hi"), (b'{"text": "a"}', "jsonl", "a"), (b"", "text", "")):
        (document,) = read_all(["-"], stdin=io.BytesIO(data))
        assert (document.format, document.text) == (kind, written)


def test_a_hundred_megabytes_in_one_line(tmp_path: Path) -> None:
    line = b"word " * 200_000
    for name in ("a.txt", "a.jsonl", "a.html"):
        with open(tmp_path / name, "wb") as file:
            for _ in range(100):
                file.write(line)
            if name == "a.jsonl":
                file.write(b'\n{"text": "after"}\n')
        tracemalloc.start()
        documents = list(read_all([tmp_path / name]))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "MB" in str(documents[0].error)
        assert peak < 120 << 20
        if name == "a.jsonl":
            assert documents[1].text == "after"
        (tmp_path / name).unlink()


def test_every_format_has_its_reader() -> None:
    for kind in set(FORMATS.values()):
        assert callable(import_module(f"tqcheck.read.{kind}").documents)


CARDS = "".join(f"<div><h3>Another story from the town {i}</h3><p>It is not at all about the bridge, number {i}.</p></div>" for i in range(6))
STORY = "".join(f"<p>The mayor of Granby opened a new bridge on Monday, the council said in part {i} of its long statement.</p>" for i in range(8))
LOOSE = (
    f"<body><div><a href=/>Home</a></div><div> <a href=/n>News</a></div><div><a href=/s>Sport</a></div><h1>Mayor opens bridge</h1>"
    f"<div>{STORY}<div>Translated by Ann Example</div></div><div class=related-articles>{CARDS}</div></body>"
)


def test_rows_of_links_are_no_text() -> None:
    lines = html.extract(LOOSE)[0].split("\n\n")
    assert lines[0] == "Mayor opens bridge"
    assert "Translated by Ann Example" in lines


def test_trafilatura_finds_the_end_of_an_article() -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    text, raw = html.extract(LOOSE)
    assert text.split("\n\n")[-1] == "Translated by Ann Example"
    check_runs(Document(text=text, page=LOOSE, raw=raw))
