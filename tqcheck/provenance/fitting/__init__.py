"""Fitting the provenance model: pairwise judges per view, averaged, calibrated on groups left out, measured, packed.

rows ▶ judges ▶ leave_out ▶ figures. Their scores for left-out groups (whole years, then whole source languages) and the habits of
style go into one calibration, from which probabilities and thresholds come.
"""
from __future__ import annotations

import collections
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from tqcheck.errors import InputError
from tqcheck.provenance import calibration, features
from tqcheck.provenance.detector import FORMAT
from tqcheck.provenance.fitting.figures import figures_of, in_words
from tqcheck.provenance.fitting.judges import Habits, Heads, Table, fit_habits, fit_heads, margins, tabulate
from tqcheck.provenance.fitting.leave_out import Left, judged, left_out, scale_for, source_rule, thresholds_for
from tqcheck.provenance.fitting.rows import Row, digest, kept_words, name_words, read_rows, rows_from

__all__ = ["Report", "Row", "fit", "read_rows", "rows_from"]

Array = Any


class Report(NamedTuple):
    """What a fit found. figures: by group left out, counts and figures; text: the same to read."""

    lang: str
    documents: dict[str, int]
    figures: dict[str, Any]
    text: str
    table: Table
    left: Left
    test: Left | None
    signature: str


def fit(
    train_rows: Sequence[Row], test_rows: Sequence[Row] | None = None, out: str | Path | None = None, lang: str = "en", *,
    name: str = "own", date: str = "", say: Callable[[str], None] = lambda _: None,
) -> Report:  # fmt: skip
    """Fit, calibrate and measure a model, and write it where `out` says.

    test_rows: measured as a group of its own, never learnt from. Raises InputError where a class has under ten documents.
    """
    if lang not in features.LANGUAGES:
        raise InputError(f"provenance models are made for {', '.join(features.LANGUAGES)}, not {lang!r}")
    counts = collections.Counter(row.label for row in train_rows)
    if sum(count >= 10 for count in counts.values()) < 2:
        raise InputError(f"too little to learn from: at least two of machine, human, original need ten documents; there are {dict(counts)}")
    kept = kept_words(train_rows, lang)
    rows = [*train_rows, *(test_rows or ())]
    names = name_words(train_rows, lang)
    everything = tabulate(rows, lang, kept, names)
    learnt = np.arange(len(train_rows))
    table = Table(rows[: len(train_rows)], {v: x[: len(train_rows)] for v, x in everything.views.items()},
                  everything.style[learnt], everything.words[learnt], everything.slips[learnt])  # fmt: skip
    found_sources = collections.Counter(row.src for row in train_rows if row.label != "original" and row.src)
    sources = tuple(s for s, count in sorted(found_sources.items()) if count >= 40)
    found = left_out(table, sources, say)
    source_scale, source_offsets, source_threshold = source_rule(table, found, sources)
    shift = np.array(source_offsets) / source_scale
    found = [m._replace(sources=m.sources + shift) for m in found]
    left = judged(table, found)
    thresholds = thresholds_for(table, left)
    figures = figures_of(table, left, thresholds, sources)
    scale = scale_for(table, found)
    heads, habits = fit_heads(table, learnt, sources), fit_habits(table, learnt)
    test = None
    if test_rows:
        tested = margins(everything, np.arange(len(train_rows), len(rows)), heads, habits, "test")
        lp = calibration.log_probabilities(scale, tested.ngrams, tested.style, everything.words[tested.index], everything.slips[tested.index])
        test = Left(tested.index, lp, np.full(len(tested.index), "test"), tested.sources + shift)
        figures |= figures_of(everything, test, thresholds, sources)
    card = {
        "format": FORMAT, "name": name, "lang": lang, "date": date, "data": digest(train_rows), "documents": dict(counts),
        "sources": sources, "kept": kept, "names": names, "scale": msgspec.structs.asdict(scale), "thresholds": msgspec.structs.asdict(thresholds),
        "source_scale": source_scale, "source_offsets": source_offsets, "source_threshold": source_threshold, "figures": figures,
    }  # fmt: skip
    if out is not None:
        Path(out).write_bytes(pack(card, heads, habits))
    return Report(lang, dict(counts), figures, in_words(figures), table, left, test, f"{name} data {card['data']}")


def pack(card: dict[str, Any], heads: dict[str, Heads], habits: Habits) -> bytes:
    """The bytes of a weights file: int8 weights per kept bucket, buckets as differences, the card as JSON."""
    arrays: dict[str, Array] = {"card": np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), np.uint8)}
    for view, head in heads.items():
        steps = np.maximum(np.abs(head.weights).max(1, initial=0), 1e-9) / 127
        whole = np.rint(head.weights / steps[:, None]).astype(np.int8)
        arrays[f"{view}.buckets"] = np.diff(head.buckets, prepend=0).astype(np.uint32)
        arrays[f"{view}.idf"] = head.idf.astype(np.float16)
        arrays[f"{view}.weights"] = np.ascontiguousarray(whole.T)
        arrays[f"{view}.steps"] = steps.astype(np.float32)
        arrays[f"{view}.intercepts"] = np.asarray(head.intercepts, np.float32)
    for part, array in habits._asdict().items():
        arrays[f"style.{part}"] = np.asarray(array, np.float32)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()
