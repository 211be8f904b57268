"""Where the articles, blocks and sentences of a text stand, what each block is, and its language."""
from __future__ import annotations

import itertools

from tqcheck.lang.identify import base
from tqcheck.lang.scripts import SCRIPT_LANGUAGE, scripts, writes
from tqcheck.model import ArticleSpan, Kind, Segment, Segmentation
from tqcheck.segment import articles, furniture, languages
from tqcheck.segment.blocks import Block, blocks
from tqcheck.segment.sentences import sentences

UNITS = frozenset({"xliff", "tmx", "po"})
"""Formats of translation units."""
_SCRIPT_LABELS = {"Cyrl": ("ru", "uk"), "Arab": ("ar",), "Latn": ("en",), "Deva": ("hi",)}
"""Whose labels to expect in a script that is not the text's own."""


def segment(text: str, lang: str | None = None, page_kind: str = "text") -> Segmentation:
    """Divide a text into blocks, articles and sentences, and say what each block is and in which language.

    lang: the text's language (BCP 47), None: identified. page_kind: "markdown" for text with Markdown's marks; "xliff", "tmx", "po"
    for translation units, one a line, of which nothing is furniture; anything else is plain. The text itself is never changed; all offsets are code points of it.
    """
    found = blocks(text, page_kind)
    prose = [b for b in found if not b.code]
    if not found:
        return Segmentation(lang)
    own = lang or languages.of_text([text[b.start : b.end] for b in prose])
    known = _labels_of(text, own)
    page = furniture.lines((text[b.start : b.end] for b in found), known)
    if page_kind in UNITS:
        return _assembled(text, found, ["paragraph"] * len(found), [0], own)
    marked = [a or b.code for a, b in zip(furniture.mark(page, known), found, strict=True)]
    starts = articles.starts(page, marked, known) or [next((i for i, m in enumerate(marked) if not m), 0)]
    kinds = _kinds(page, marked, starts, known, found)
    return _assembled(text, found, kinds, starts, own)


def _labels_of(text: str, lang: str | None) -> tuple[str, ...]:
    """Languages whose labels the page may carry: its own, English, and those of other scripts in it."""
    known = [base(lang)] if lang else []
    known.append("en")
    for script in scripts(text[:20_000]):
        if not writes(lang or "en", script):
            known.extend(_SCRIPT_LABELS.get(script, (SCRIPT_LANGUAGE.get(script, ""),)))
    return tuple(dict.fromkeys(name for name in known if name))


def _kinds(
    page: list[furniture.Line], marked: list[bool], starts: list[int], known: tuple[str, ...], found: list[Block]
) -> list[Kind]:
    """The kind of each block."""
    kinds: list[Kind] = ["furniture" if m else "paragraph" for m in marked]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(page)], strict=True)):
        start = start if number else 0
        head = next((i for i in range(start, end) if found[i].level and not marked[i]), None)
        if head is None or any(page[i].prose for i in range(start, head) if not marked[i]):
            head = articles.headline(page, marked, start, end)
        if head is not None:
            kinds[head] = "headline"
        inside = [i for i in range(start, end) if not marked[i]]
        for position, i in enumerate(inside):
            line = page[i]
            if i == head:
                continue
            if head is not None and position < 5 and line.text == page[head].text:
                kinds[i] = "furniture"
            elif found[i].level:
                kinds[i] = "headline"
            elif furniture.is_byline(line.text, known) and (position < 6 or position > len(inside) - 4):
                kinds[i] = "byline"
            elif (position < 4 or position > len(inside) - 3) and furniture.is_credit(line.text, known, opening=position < 4):
                kinds[i] = "credit"
            elif furniture.is_caption(line.text, known):
                kinds[i] = "caption"
            elif articles.is_subheading(page, marked, i, end):
                kinds[i] = "headline"
    return kinds


def _assembled(text: str, found: list[Block], kinds: list[Kind], starts: list[int], lang: str | None) -> Segmentation:
    segments: list[Segment] = []
    spans: list[ArticleSpan] = []
    bounds = [0, *starts[1:], len(found)]
    for first, last in itertools.pairwise(bounds):
        inside = [i for i in range(first, last) if kinds[i] != "furniture"]
        number = len(spans) if inside else None
        weights: dict[str | None, int] = {}
        for i in range(first, last):
            block, kind = found[i], kinds[i]
            block_lang = languages.of_block(text[block.start : block.end], lang)
            within = number if inside and inside[0] <= i <= inside[-1] else None
            spoken = sentences(text, block.start, block.end, block_lang or lang)
            segments.append(Segment(block.start, block.end, kind, block_lang, within, spoken))
            if within is not None and kind != "furniture":
                weights[block_lang] = weights.get(block_lang, 0) + block.end - block.start
        if inside:
            heads = [text[found[i].start : found[i].end] for i in inside if kinds[i] == "headline"]
            title = heads[0] if heads and any(kinds[i] == "headline" for i in inside[:3]) else None
            byline = next((text[found[i].start : found[i].end] for i in inside if kinds[i] == "byline"), None)
            spans.append(
                ArticleSpan(found[inside[0]].start, found[inside[-1]].end, title, byline, max(weights, key=weights.__getitem__) or lang)
            )
    return Segmentation(lang, tuple(segments), tuple(spans))
