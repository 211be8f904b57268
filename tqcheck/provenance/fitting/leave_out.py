"""What judges say of groups they did not learn from, and what follows: the scale of doubt, thresholds, when a source language is named."""
from __future__ import annotations

import collections
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tqcheck.provenance import calibration
from tqcheck.provenance.calibration import CLASSES, Scale, Thresholds
from tqcheck.provenance.fitting.judges import Margins, Table, fit_habits, fit_heads, margins

Array = Any


class Fold(NamedTuple):
    """Documents to leave out together: "year …", "source …", "articles …" or "systems …". unlearnt: what is not learnt from besides."""

    name: str
    index: Array
    unlearnt: Array


SHARES = 4
"""Shares of the articles, and of the systems, that are left out in turn."""


def folds(table: Table, smallest: int = 60) -> list[Fold]:
    """Groups to leave out: every year; source languages but the largest in three blocks, or shares of the articles where there are few;
    shares of the systems, each with a share of the articles, as most systems translated the same ones."""
    found = []
    none = np.zeros(0, int)
    years = np.array([row.year for row in table.rows])
    sources = [row.src if row.label != "original" else None for row in table.rows]
    for year, count in collections.Counter(years.tolist()).items():
        labels = {row.label for row in table.rows if row.year == year}
        if count >= smallest and len(set(years)) > 1 and len(labels) > 1:
            found.append(Fold(f"year {year}", np.flatnonzero(years == year), none))
    part = np.array([zlib.crc32(row.article.encode()) % SHARES for row in table.rows])
    large = [s for s, count in collections.Counter(sources).most_common() if s and count >= smallest]
    if len(large) > 3:
        for block in (sorted(large[1:])[k::3] for k in range(3)):
            found.append(Fold(f"source {' '.join(block)}", np.flatnonzero([s in block for s in sources]), none))
    else:
        found += [Fold(f"articles {k}", np.flatnonzero(part == k), none) for k in range(SHARES)]
    systems = np.array([row.system if row.label == "machine" else "" for row in table.rows])
    by_size = [system for system, _ in collections.Counter(systems[systems != ""].tolist()).most_common()]
    if len(by_size) >= 2 * SHARES:
        for k in range(SHARES):
            own = np.isin(systems, by_size[k::SHARES])
            found.append(Fold(f"systems {k}", np.flatnonzero((part == k) & (own | (systems == ""))), np.flatnonzero(own)))
    return found


def left_out(table: Table, sources: Sequence[str], say: Callable[[str], None] = lambda _: None) -> list[Margins]:
    """The margins of every group by judges that saw neither it nor another version of its articles."""
    found = []
    for fold in folds(table):
        held = {*fold.index.tolist(), *fold.unlearnt.tolist()}
        articles = {table.rows[i].article for i in fold.index}
        rest = np.array([i for i, row in enumerate(table.rows) if i not in held and row.article not in articles])
        if len({table.rows[i].label for i in rest}) < 2:
            continue
        found.append(margins(table, fold.index, fit_heads(table, rest, sources), fit_habits(table, rest), fold.name))
        say(f"  left out {fold.name}: {len(fold.index)} documents, learnt from {len(rest)}")
    return found


def _flat(table: Table, found: Sequence[Margins]) -> tuple[Array, Array, Array, Array, Array, Array]:
    """All left-out margins in one: index, n-grams, style, words, class, weight (classes weigh the same, groups by root)."""
    index = np.concatenate([m.index for m in found])
    rows = [table.rows[i] for i in index]
    y = np.array([CLASSES.index(row.label) for row in rows])
    groups = [(row.label, row.year, row.src, row.domain) for row in rows]
    size = collections.Counter(groups)
    weight = np.array([row.weight * (1 if row.measured else 0.3) * size[g] ** -0.5 for row, g in zip(rows, groups, strict=True)])
    for k in range(len(CLASSES)):
        weight[y == k] /= max(weight[y == k].sum(), 1e-12)
    return index, np.vstack([m.ngrams for m in found]), np.vstack([m.style for m in found]), table.words[index], y, weight


YEAR_DOUBT = 0.7
"""Share of the log odds of machine against human that is kept where articles, not only groups, were left out: known years make too sure.

Log loss on the left-out years of Chinese, Russian, Czech, German and Japanese: .782 .935 1.000 .849 .552 without,
.765 .902 .931 .846 .568 with it; of English, where only groups are left out, nothing is to be had."""


def scale_for(table: Table, found: Sequence[Margins], without: str = "") -> Scale:
    """The scale for margins of unseen groups, fitted on all left-out ones but the documents of `without`. Systems left out only measure:
    their years and languages are known."""
    hidden = {i for m in found if m.held == without for i in m.index.tolist()}
    found = [m for m in found if not m.held.startswith("systems")]
    index, ngrams, style, words, y, weight = _flat(table, [m for m in found if m.held != without])
    keep = np.array([i not in hidden for i in index])
    if not keep.any() or len(set(y[keep].tolist())) < 2:
        return Scale()
    scale = calibration.fit_scale(ngrams[keep], style[keep], words[keep], table.slips[index][keep], y[keep], weight[keep], 0.02 if len(index) > 8000 else 0.1)
    return calibration.less_sure(scale, YEAR_DOUBT) if any(m.held.startswith("articles") for m in found) else scale


class Left(NamedTuple):
    """Left-out documents with the log probabilities they would have got."""

    index: Array
    lp: Array
    held: Array
    source: Array


def judged(table: Table, found: Sequence[Margins]) -> Left:
    """Every left-out document under judges and a scale that did not see it."""
    lps = [
        calibration.log_probabilities(scale_for(table, found, m.held), m.ngrams, m.style, table.words[m.index], table.slips[m.index])
        for m in found
    ]
    held = np.concatenate([np.full(len(m.index), m.held) for m in found])
    return Left(np.concatenate([m.index for m in found]), np.vstack(lps), held, np.vstack([m.sources for m in found]))


GROUP_EXCESS = 2.0
"""In its worst left-out group a label may be wrong as many times as often as promised over all of one kind."""


def _safest(scores: Array, group: Array, rate: float, worst: float) -> float:
    """The lowest threshold that keeps the promise over each kind of groups left out: years, sources, articles.

    All in one, articles of known years would stand in for years that are not known."""
    kinds = np.array([name.split()[0] for name in group.tolist()])
    return max((calibration.lowest(scores[kinds == kind], group[kinds == kind], rate, worst) for kind in np.unique(kinds)), default=99.0)


def thresholds_for(table: Table, left: Left) -> Thresholds:
    """Thresholds that keep the promise on left-out news of 150 words and more, over every kind of groups and in the worst one."""
    rows = [table.rows[i] for i in left.index]
    label = np.array([row.label for row in rows])
    news = np.array([row.measured and row.domain in ("news", "") for row in rows]) & (table.words[left.index] >= 150)
    group = np.array([f"{held}/{row.src}" if held.startswith(("year", "source")) else held for held, row in zip(left.held.tolist(), rows, strict=True)])
    over_human, over_original, translated = calibration.contrasts(left.lp)
    floors = calibration.FLOORS
    human, original, machine = (news & (label == k) for k in ("human", "original", "machine"))
    if min(human.sum(), original.sum(), machine.sum()) < 20:
        human, original, machine = (label == k for k in ("human", "original", "machine"))
    first = _safest(over_original[original], group[original], 0.05, 0.05)
    human_here = human & (over_original >= first)
    thresholds = []
    for rate in calibration.RATES:
        # Shares of all human translations, not only of those past the first threshold.
        scores = np.where(human_here, over_human, -99.0)[human]
        thresholds.append(max(_safest(scores, group[human], rate, GROUP_EXCESS * rate), floors.machine[0]))
    spoken = over_human >= thresholds[calibration.RATES.index(0.04)]
    second = _safest(np.where(spoken, over_original, -99.0)[original], group[original], 0.015, GROUP_EXCESS * 0.015)
    return Thresholds(
        machine=tuple(thresholds),
        over_original=max(first, second, floors.over_original),
        translated=max(_safest(translated[original], group[original], 0.08, 0.12), floors.translated),
        human=max(_safest(-over_human[machine], group[machine], 0.08, 0.12), floors.human),
        original=max(_safest(-translated[human | machine], group[human | machine], 0.08, 0.12), floors.original),
    )


SOURCE_UNKNOWN_SHARE = 0.5
"""Share of texts from a language never learnt that must come out as none."""
SOURCE_PULL = 0.1
"""How strongly the offsets of source languages are held to nought."""


def source_rule(table: Table, found: Sequence[Margins], sources: Sequence[str]) -> tuple[float, list[float], float]:
    """Scale and offsets of the source judges, and the margin under which no language is named.

    Offsets matter where one source has most of the documents (German in English: without, half of the Russian and
    Czech texts of left-out years came out as German), and more where years are left out than where they are known, so
    each kind of groups weighs the same. English, named right where half of the texts from languages left out are not named:
    .75 with offsets fitted on left-out years alone, .79 so, systems left out; .35 and .38, years left out.
    """
    from scipy.optimize import minimize

    if len(sources) < 2:
        return 1.0, [0.0] * len(sources), -99.0
    margins, truth, kinds = [], [], []
    for m in found:
        several = len({table.rows[i].src for i in m.index if table.rows[i].label != "original"}) > 1
        if m.held.startswith("source") or not several:
            continue
        for i, z in zip(m.index, m.sources, strict=True):
            row = table.rows[i]
            place = sources.index(row.src) if row.src in sources else -1
            if row.measured and row.label != "original" and place >= 0 and np.ptp(m.sources[:, place]) > 0:
                margins.append(z)
                truth.append(place)
                kinds.append(m.held.split()[0])
    if not margins:
        return 1.0, [0.0] * len(sources), -99.0
    z, y = np.array(margins), np.array(truth)
    cells = collections.Counter(zip(kinds, truth, strict=True))
    languages = collections.Counter(kind for kind, _ in cells)
    weight = np.array([1 / (cells[kind, place] * languages[kind]) for kind, place in zip(kinds, truth, strict=True)])
    present = np.isin(np.arange(len(sources)), y)

    def loss(v: Array) -> float:
        lp = calibration.normalised(z * v[0] + v[1:] * present)
        return float(-(weight * lp[np.arange(len(y)), y]).sum() / weight.sum() + SOURCE_PULL * (v[1:] ** 2).mean())

    best = minimize(loss, np.append(1.0, np.zeros(len(sources))), method="L-BFGS-B", bounds=[(0.2, 5)] + [(-4, 4)] * len(sources)).x
    # A source that is never both learnt and left out gets the mean offset of the others.
    scale, offsets = float(best[0]), [float(b) for b in np.where(present, best[1:], best[1:][present].mean())]
    unknown = [m.sources for m in found if m.held.startswith("source")]
    if not unknown:
        return scale, offsets, -99.0
    return scale, offsets, float(np.quantile((np.vstack(unknown) + np.array(offsets) / scale).max(1), SOURCE_UNKNOWN_SHARE))
