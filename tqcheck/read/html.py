"""HTML: the text of a page's blocks, with the place of every character in the page.

The page is tokenised here, in one pass, so that hostile mark-up costs no more than its length. Which blocks belong to the article is
decided by the page's own structure (article, main, nav, aside, footer …, https://html.spec.whatwg.org/#sections) and, where the extra
`html` is installed, by trafilatura (Barbaresi, ACL 2021).
"""
from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from tqcheck.model import Document
from tqcheck.read.decoding import decode, oddities

MAX_BYTES = 16 * 1024 * 1024
"""Size of a page; it is held several times over while it is taken apart."""

Runs = list[tuple[str, int]]
"""Pieces of text and where each stands in the page; -1 where it does not stand there letter by letter."""

_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "select", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "title"]
)
_SKIPPED = frozenset(["script", "style", "noscript", "template", "svg", "math", "head", "select", "button", "textarea", "iframe", "object", "audio", "video", "canvas"])
_OUTSIDE = frozenset(["nav", "footer", "aside", "form", "menu", "header"])
"""Parts of a page that are not its article, unless they stand inside one."""
_LARGE = 2_000_000
"""Pages longer than this are not given to trafilatura, whose time is not bounded."""
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_MENU = 3
"""So many links in a row are a menu."""
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
_CLOSED_BY_NEXT = frozenset(["p", "li", "dt", "dd", "option", "tr", "td", "th"])
_RAW_TEXT = frozenset(["script", "style", "textarea", "title", "iframe", "noembed", "noframes", "xmp"])
_NAME = re.compile(r"/?[a-zA-Z][^\s/>]{0,60}")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]{1,80})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_SPACES = re.compile(r"[ \t\n\r\f]+")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.-]{2,40})""", re.I)
_ENOUGH = 0.3
"""Share of a page's text that an article or main element must hold to be believed; teaser cards are articles too."""


class Block(msgspec.Struct):
    """A block of text of the page. inside: in an article or main element; outside: in navigation, a footer and so on;
    linked: short, and begun inside a link."""

    tag: str
    pieces: Runs
    inside: bool
    outside: bool
    linked: bool

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


def documents(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    """The one document of an HTML page; `page` is the decoded file."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        yield Document(text="", name=name, format="html", error=f"{name}: is larger than {MAX_BYTES >> 20} MB; give the article alone")
        return
    declared = _CHARSET.search(data[:4096])
    decoded = decode(data, encoding, declared[1].decode("ascii") if declared else None)
    if decoded.problem:
        yield Document(text="", name=name, format="html", encoding=decoded.encoding, error=f"{name}: {decoded.problem}")
        return
    page = decoded.text
    text, raw = extract(page)
    if not text:
        what = "is empty" if not page.strip() else "holds no text; where a script puts it in, save the page as the browser shows it"
        yield Document(text="", name=name, format="html", encoding=decoded.encoding, error=f"{name}: {what}")
        return
    meta, url = _head(page)
    yield Document(
        text=text, name=name, url=url, format="html", encoding=decoded.encoding, page=page, raw=raw,
        notes=decoded.notes + oddities(text), meta=meta,
    )  # fmt: skip


def extract(page: str) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """(text, runs) of a page: its blocks with a blank line between them, and where each run of characters stands in the page."""
    parts: list[str] = []
    runs: list[tuple[int, int, int]] = []
    at = 0
    for block in _chosen(list(blocks(page)), page):
        if parts:
            parts.append("\n\n")
            at += 2
        for piece, start in block.pieces:
            if start >= 0:
                if runs and runs[-1][1] == at and runs[-1][2] + runs[-1][1] - runs[-1][0] == start:
                    runs[-1] = (runs[-1][0], at + len(piece), runs[-1][2])
                else:
                    runs.append((at, at + len(piece), start))
            parts.append(piece)
            at += len(piece)
    return "".join(parts), tuple(runs)


def _chosen(found: list[Block], page: str) -> list[Block]:
    """The blocks of the article, with the page's main heading."""
    size = {id(b): len(b.text) for b in found}
    inside = sum(size[id(b)] for b in found if b.inside and not b.outside)
    total = sum(size.values())
    if inside > _ENOUGH * total:
        kept = [b for b in found if (b.inside and not b.outside) or (b.tag == "h1" and not b.inside)]
    else:
        kept = _without_menus([b for b in found if not b.outside or b.tag == "h1"])
        kept = _extracted(kept, page)
    return kept or found


def _without_menus(found: list[Block]) -> list[Block]:
    """Without rows of links: a menu, whatever element it is in."""
    kept: list[Block] = []
    for linked, row in itertools.groupby(found, key=lambda b: b.linked and b.tag != "h1"):
        members = list(row)
        if not linked or len(members) < _MENU:
            kept.extend(members)
    return kept


def _extracted(found: list[Block], page: str) -> list[Block]:
    """Of a page without an article element: what stands between the first and the last block that trafilatura takes for the article."""
    if len(page) > _LARGE:
        return found
    try:
        import trafilatura
    except ImportError:
        return found
    try:
        article = trafilatura.extract(page, include_comments=False) or ""
    except Exception:  # whatever lxml or it makes of a hostile page
        return found
    lines = {_SPACES.sub(" ", line).strip() for line in article.splitlines()}
    hits = [i for i, b in enumerate(found) if any(len(line) > 40 and line.strip() in lines for line in b.text.split("\n"))]
    if sum(len(found[i].text) for i in hits) < 200:
        return found
    headings = [i for i, b in enumerate(found) if b.tag == "h1" and i < hits[0]]
    after = itertools.takewhile(lambda b: b.tag not in _HEADINGS, found[hits[-1] + 1 : hits[-1] + 4])  # a credit line, maybe
    return [*found[min([hits[0], *headings[-1:]]) : hits[-1] + 1], *after]


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page that hold visible text, in order."""
    open_tags: list[str] = []
    is_open: Counter[str] = Counter()
    linked = False
    counts = {"skip": 0, "link": 0, "article": 0, "outside": 0, "pre": 0}
    marks: list[tuple[str, ...]] = []
    pieces: Runs = []
    tag = "div"

    def flush() -> Iterator[Block]:
        nonlocal pieces
        trimmed, pieces = _trimmed(pieces), []
        if trimmed:
            short = sum(len(piece) for piece, _ in trimmed) < 100
            yield Block(tag, trimmed, counts["article"] > 0, counts["outside"] > 0, linked and short)

    def close() -> str:
        name = open_tags.pop()
        is_open[name] -= 1
        for one in marks.pop():
            counts[one] -= 1
        return name

    for kind, start, end, name, attributes in tokens(page):
        if kind == "text":
            if not counts["skip"]:
                if not pieces:
                    linked = counts["link"] > 0
                _add(pieces, page, start, end, preserve=counts["pre"] > 0)
            continue
        if name == "br":
            if pieces and not counts["skip"]:
                pieces.append(("\n", -1))
            continue
        if name in _BLOCKS:
            yield from flush()
            tag = name if kind == "open" else "div"
        if kind == "open" and name not in _VOID:
            if name in _CLOSED_BY_NEXT and open_tags and open_tags[-1] == name:
                close()
            mark = tuple(_marks(name, attributes, counts["article"] > 0))
            for one in mark:
                counts[one] += 1
            open_tags.append(name)
            marks.append(mark)
            is_open[name] += 1
        elif kind == "close" and is_open[name]:
            while close() != name:
                pass
    yield from flush()


def _marks(name: str, attributes: str, in_article: bool) -> Iterator[str]:
    """What an element means for the text in it."""
    if name in _SKIPPED or (attributes and _is_hidden(attributes)):
        yield "skip"
    elif name in ("article", "main"):
        yield "article"
    elif name in _OUTSIDE and not (in_article and name in ("header", "footer")):
        yield "outside"
    elif name in ("pre", "a"):
        yield {"a": "link"}.get(name, name)


def _is_hidden(attributes: str) -> bool:
    if re.search(r"(?:^|\s)hidden(?=\s|=|$)", attributes[:2000]):
        return True
    return bool(re.search(r"aria-hidden\s?=\s?[\"']?true|display\s?:\s?none", attributes[:2000], re.I))


def _add(pieces: Runs, page: str, start: int, end: int, *, preserve: bool) -> None:
    """Add page[start:end], with its entities decoded and its space collapsed as a browser shows it."""
    at = start
    for entity in _ENTITY.finditer(page, start, end):
        _add_plain(pieces, page, at, entity.start(), preserve)
        decoded = html.unescape(entity.group())
        if decoded != entity.group():
            pieces.append((decoded, -1))
        else:
            _add_plain(pieces, page, entity.start(), entity.end(), preserve)
        at = entity.end()
    _add_plain(pieces, page, at, end, preserve)


def _add_plain(pieces: Runs, page: str, start: int, end: int, preserve: bool) -> None:
    if preserve:
        if end > start:
            pieces.append((page[start:end], start))
        return
    at = start
    for space in _SPACES.finditer(page, start, end):
        if space.start() > at:
            pieces.append((page[at : space.start()], at))
        if pieces and not pieces[-1][0].endswith((" ", "\n")):
            pieces.append((" ", space.start() if page[space.start()] == " " else -1))
        at = space.end()
    if end > at:
        pieces.append((page[at:end], at))


def _trimmed(pieces: Runs) -> Runs:
    """Without space at both ends and around line breaks; empty where nothing but space is there."""
    kept: Runs = []
    for i, (piece, start) in enumerate(pieces):
        if not kept and (stripped := piece.lstrip(" \t\n\r\f")) != piece:
            start = start + len(piece) - len(stripped) if start >= 0 else start
            piece = stripped
        if piece == " " and i + 1 < len(pieces) and pieces[i + 1][0].startswith("\n"):
            continue
        if piece:
            kept.append((piece, start))
    while kept:
        piece, start = kept.pop()
        if stripped := piece.rstrip(" \t\n\r\f"):
            kept.append((stripped, start))
            break
    return kept if any(piece.strip() for piece, _ in kept) else []


def tokens(page: str) -> Iterator[tuple[str, int, int, str, str]]:
    """(kind, start, end, tag name, attributes) of a page's text, start tags ("open") and end tags ("close"); comments are left out."""
    at, n = 0, len(page)
    missing: set[str] = set()

    def find(what: str, start: int) -> int:
        """Like page.find, but asks only once for what does not come any more."""
        if what in missing:
            return -1
        found = page.find(what, start)
        if found < 0:
            missing.add(what)
        return found

    while at < n:
        bracket = find("<", at)
        if bracket < 0:
            yield "text", at, n, "", ""
            return
        if bracket > at:
            yield "text", at, bracket, "", ""
        if page.startswith("<!--", bracket):
            end = find("-->", bracket + 4)
            at = end + 3 if end >= 0 else n
            continue
        name = _NAME.match(page, bracket + 1)
        if name is None:
            end = find(">", bracket) if page[bracket + 1 : bracket + 2] in ("!", "?", "/") else -1
            if end >= 0:
                at = end + 1
            else:
                yield "text", bracket, bracket + 1, "", ""
                at = bracket + 1
            continue
        end = _tag_end(page, name.end(), find)
        if end < 0:
            yield "text", bracket, n, "", ""
            return
        at = end + 1
        tag = name.group().lower()
        if tag.startswith("/"):
            yield "close", bracket, at, tag[1:], ""
            continue
        yield "open", bracket, at, tag, page[name.end() : end]
        if tag in _RAW_TEXT and page[end - 1] != "/":
            close = re.compile(f"</{tag}", re.I).search(page, at) if f"</{tag}" not in missing else None
            if close is None:
                missing.add(f"</{tag}")
                continue
            yield "text", at, close.start(), "", ""
            at = close.start()


def _tag_end(page: str, at: int, find: Callable[[str, int], int]) -> int:
    """The ">" that ends a tag: not one in a quoted attribute; -1 where none comes."""
    end = find(">", at)
    while end >= 0:
        quote = _open_quote(page, at, end)
        if not quote:
            return end
        closing = find(quote, end)
        if closing < 0:
            return end
        at = closing + 1
        end = find(">", at)
    return end


def _open_quote(page: str, start: int, end: int) -> str:
    """The quote of an attribute value that is open at `end`; "" where there is none."""
    at = start
    while True:
        double, single = page.find('="', at, end), page.find("='", at, end)
        opening = min((i for i in (double, single) if i >= 0), default=-1)
        if opening < 0:
            return ""
        quote = page[opening + 1]
        closing = page.find(quote, opening + 2, end)
        if closing < 0:
            return quote
        at = closing + 1


def _head(page: str) -> tuple[dict[str, str], str | None]:
    """What the page says of itself: (its title and language, its canonical address)."""
    meta: dict[str, str] = {}
    url = None
    title_next = False
    for number, (kind, start, end, name, attributes) in enumerate(tokens(page)):
        if kind == "text" and title_next:
            meta.setdefault("title", html.unescape(page[start : min(end, start + 1000)]).strip())
        title_next = kind == "open" and name == "title"
        if kind != "open":
            continue
        if name in ("html", "link", "meta"):
            given = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(attributes[:4000])}
            if name == "html" and given.get("lang"):
                meta["lang"] = given["lang"]
            elif (name == "link" and given.get("rel", "").lower() == "canonical") or given.get("property") == "og:url":
                url = url or given.get("href") or given.get("content")
        if name == "body" or number > 5000:
            break
    return meta, url
