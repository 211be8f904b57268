"""Judges: a logistic regression per view and pair of classes, fitted so that both classes weigh the same inside each group.

What tells groups (year, source language, domain) apart then tells a judge nothing. The judge of machine against human also learns
from differences between translations of one article, the more the fewer groups there are.
"""
from __future__ import annotations

import collections
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tqcheck.errors import MissingExtra
from tqcheck.provenance import features
from tqcheck.provenance.calibration import JUDGES
from tqcheck.provenance.detector import style_inputs
from tqcheck.provenance.fitting.rows import Row
from tqcheck.provenance.slips import slips

Array = Any
"""numpy or scipy.sparse; scipy carries no types."""


MIN_DOCUMENTS = {"word": 25, "shape": 25, "char": 60, "name": 5}
"""An n-gram must occur in as many training documents, or a hundredth of them where that is less.

12–25 are best on left-out years (machine/human .813/.717 at 12, .802/.709 at 2, .787/.705 at 60)."""
STYLE_STRENGTH = 1e-4
"""Inverse penalty of a judge of style, per document: forty inputs want little freedom (alone .61–.62 of AUC, added .005)."""
STRENGTH = 40.0
"""Inverse penalty of a judge (5–150 differ by .01 of AUC)."""
SPREAD = 4000.0
"""Penalty on the spread of scores over articles of one class.

On left-out 2021 / 2022 / van der Werff: machine/original .945/.784/.814 without, .952/.789/.819 with it; machine/human .831/.721/.661
and .831/.721/.666 (German on left-out articles .816 and .825). 200 and 5,000 lie between (1,000).
With documents of unit length 4,000 is best: machine/original of English .881, of it 1,000 .878."""


class Table(NamedTuple):
    """All rows as the model sees them: per view a sparse matrix of documents × buckets; habits; numbers of words and of misspelt ones."""

    rows: Sequence[Row]
    views: dict[str, Array]
    style: Array
    words: Array
    slips: Array


def tabulate(rows: Sequence[Row], lang: str, kept: Sequence[str], names: Sequence[str]) -> Table:
    try:
        from scipy import sparse
    except ImportError:
        raise MissingExtra("fitting a provenance model needs scipy: pip install tqcheck[train]") from None
    lexicon = features.Lexicon(lang, kept, names)
    seen = [features.see(row.text, lexicon, lang) for row in rows]
    views = {}
    for view in features.views_of(lang):
        parts = [s.views[view] for s in seen]
        ends = np.concatenate(([0], np.cumsum([len(buckets) for buckets, _ in parts])))
        views[view] = sparse.csr_matrix(
            (np.concatenate([v for _, v in parts]), np.concatenate([b for b, _ in parts]).astype(np.int32), ends),
            shape=(len(rows), 1 << features.BITS),
        )
    return Table(rows, views, np.array([s.style for s in seen]), np.array([s.words for s in seen]), np.array([len(slips(row.text, lang)) for row in rows]))


def _lowest(loss: Callable[[Array], tuple[float, Array]], width: int, steps: int, memory: int = 6) -> Array:
    """Where a smooth convex loss is lowest: L-BFGS (Nocedal and Wright 2006, algorithm 7.4) with halved steps, from zero.

    scipy's L-BFGS-B, made for bounds, spends nine tenths of the time beside the loss where there are 10^5 weights.
    """
    at = np.zeros(width, np.float32)
    value, gradient = loss(at)
    past: collections.deque[tuple[Array, Array, float]] = collections.deque(maxlen=memory)
    for _ in range(steps):
        down = gradient.copy()
        shares = []
        for step, change, product in reversed(past):
            shares.append(float(step @ down) / product)
            down -= shares[-1] * change
        down *= past[-1][2] / float(past[-1][1] @ past[-1][1]) if past else 1 / float(np.linalg.norm(gradient) or 1.0)
        for (step, change, product), share in zip(past, reversed(shares), strict=True):
            down += (share - float(change @ down) / product) * step
        slope, length = float(gradient @ down), 1.0
        while True:
            there, (lower, turned) = at - np.float32(length) * down, loss(at - np.float32(length) * down)
            if lower <= value - 1e-4 * length * slope or length < 1e-6:
                break
            length /= 2
        step, change = there - at, turned - gradient
        if (product := float(step @ change)) > 0:
            past.append((step, change, product))
        done = value - lower <= 1e-7 * abs(value)
        at, value, gradient = there, lower, turned
        if done:
            break
    return at


def _logistic(x: Array, sign: Array, weight: Array, strength: float, steps: int = 60, articles: Array | None = None) -> tuple[Array, float]:
    """Weights and intercept of an L2-penalised logistic regression; sign is ±1.

    articles: where given, class of each row that stands for its article, -1 for the others. The penalty then also reaches over
    the spread of their scores within a class: in what articles differ nobody's hand shows (within-class covariance
    normalisation, Hatch, Kajarekar and Stolcke 2006).
    """
    width = x.shape[1]
    turned = x.T.tocsr()
    weight = (weight / weight.mean()).astype(np.float32)
    sign = sign.astype(np.float32)
    classes = [] if articles is None else [articles == k for k in np.unique(articles[articles >= 0])]
    spread = SPREAD / max(1, sum(int(own.sum()) for own in classes))

    def loss(w: Array) -> tuple[float, Array]:
        score = x @ w[:width] + w[width]
        margin = sign * score
        pull = -sign * weight / (1 + np.exp(np.clip(margin, -30, 30))) * strength
        intercept = pull.sum()
        value = strength * float((weight * np.logaddexp(0, -margin)).sum()) + 0.5 * float(w[:width] @ w[:width])
        for own in classes:
            apart = score[own] - score[own].mean()
            value += 0.5 * spread * float(apart @ apart)
            pull[own] += spread * apart
        return value, np.append(turned @ pull.astype(np.float32) + w[:width], np.float32(intercept))

    best = _lowest(loss, width + 1, steps)
    return best[:width], float(best[width])


def balanced(rows: Sequence[Row], positive: Array, group: Callable[[Row], object], alone: float = 0.5) -> Array:
    """Weights under which both sides weigh the same inside each group; a group counts by the root of its size.

    alone: what a group with one side only counts, beside others of its size.
    """
    members: dict[object, tuple[list[int], list[int]]] = collections.defaultdict(lambda: ([], []))
    for i, row in enumerate(rows):
        members[group(row)][int(positive[i])].append(i)
    weight = np.zeros(len(rows))
    for sides in members.values():
        both = bool(sides[0] and sides[1])
        total = min(map(len, sides)) ** 0.5 if both else alone * (len(sides[0]) + len(sides[1])) ** 0.5
        for side in sides:
            for i in side:
                weight[i] = total / len(side) * rows[i].weight
    for side in (positive, ~positive):
        weight[side] /= max(weight[side].sum(), 1e-12)
    return weight


def _judge_weights(rows: Sequence[Row], positive: Array, other: str) -> Array:
    """Weights for a judge of some class against `other`.

    Originals have no source language, and few groups hold both them and translations, so groups are wider there, and every
    system from every source weighs the same, or the judge learns the topics of whoever translated most
    (machine/original on left-out 2021, news .935 without, .949 with it; 2022 .923, .946).
    """
    if other != "original":
        return balanced(rows, positive, lambda r: (r.year, r.src, r.domain), 0.02)
    weight = balanced(rows, positive, lambda r: (r.year, r.domain))
    cells = [(r.year, r.src, r.domain, r.system) for r in rows]
    size = collections.Counter(cells)
    weight /= np.array([size[cell] for cell in cells])
    for side in (positive, ~positive):
        weight[side] /= max(weight[side].sum(), 1e-12)
    return weight


def _for_their_articles(rows: Sequence[Row], positive: Array) -> Array:
    """Per row its class (0, 1) where it stands for its article in that class, -1 elsewhere."""
    stands: dict[tuple[str, bool], int] = {}
    for i in np.random.default_rng(0).permutation(len(rows)).tolist():
        if rows[i].measured:
            stands.setdefault((rows[i].article, bool(positive[i])), i)
    chosen = np.full(len(rows), -1)
    for (_, side), i in stands.items():
        chosen[i] = int(side)
    return chosen


class Heads(NamedTuple):
    """Everything linear of one view: which buckets it knows, how rare each is, and per head a weight for each."""

    buckets: Array
    idf: Array
    weights: Array
    intercepts: Array


def _compact(view: Array, index: Array, least: int) -> tuple[Array, Array]:
    """Buckets frequent enough in the documents of `index`, and their dampened inverse document frequency."""
    frequency = np.bincount(view[index].indices, minlength=view.shape[1])
    buckets = np.flatnonzero(frequency >= min(least, max(2, len(index) // 100)))
    return buckets, np.sqrt(np.maximum(np.log(len(index) / frequency[buckets]) / 3, 0.02)).astype(np.float32)


def _inputs(view: Array, buckets: Array, idf: Array) -> Array:
    """Documents × known buckets, each document of unit length.

    Of unit length over all its n-grams, a document of another year, domain or length has fewer known ones than those learnt from, and
    its scores shrink towards the intercept. Machine/human over all left-out years, so and as it is: English .724 .742, German .631 .682,
    Russian .550 .632, Czech .488 .582, Chinese .533 .608, Japanese .847 .873. Each width of n-grams at unit length: .66 German, .60 Russian.
    """
    from scipy import sparse

    x = (view[:, buckets] @ sparse.diags(idf)).tocsr()
    length = np.sqrt(np.asarray(x.multiply(x).sum(1))).ravel()
    return (sparse.diags(1 / np.maximum(length, 1e-9)) @ x).tocsr().astype(np.float32)


def fit_heads(table: Table, index: Array, sources: Sequence[str]) -> dict[str, Heads]:
    """Per view the judges of JUDGES and one head per source language, fitted on the rows of `index`."""
    rows = [table.rows[i] for i in index]
    labels = np.array([row.label for row in rows])
    src = np.array([row.src or "" for row in rows])
    heads = {}
    for name, view in table.views.items():
        buckets, idf = _compact(view, index, MIN_DOCUMENTS[name])
        x = _inputs(view[index], buckets, idf)
        weights, intercepts = [], []
        for one, other in JUDGES if name in features.JUDGING else ():
            part = np.flatnonzero((labels == one) | (labels == other))
            if len(set(labels[part])) < 2:
                weights.append(np.zeros(len(buckets), np.float32))
                intercepts.append(0.0)
                continue
            chosen = [rows[i] for i in part]
            positive = labels[part] == one
            articles = _for_their_articles(chosen, positive)
            w, b = _logistic(x[part], np.where(positive, 1, -1), _judge_weights(chosen, positive, other), STRENGTH, articles=articles)
            if other == "human":
                w, b = _with_pairs(x[part], chosen, positive, w, b)
            weights.append(w)
            intercepts.append(b)
        translated = np.flatnonzero((labels != "original") & (src != ""))
        for source in sources if name in features.PLACING else ():
            positive = src[translated] == source
            if not positive.any() or positive.all():
                weights.append(np.zeros(len(buckets), np.float32))
                intercepts.append(-9.0)
                continue
            chosen = [rows[i] for i in translated]
            w, b = _logistic(x[translated], np.where(positive, 1, -1), balanced(chosen, positive, lambda r: (r.year, r.domain)), STRENGTH / 2, 40)
            weights.append(w)
            intercepts.append(b)
        heads[name] = Heads(buckets, idf, np.stack(weights) if weights else np.zeros((0, len(buckets)), np.float32), np.array(intercepts))
    return heads


def _with_pairs(x: Array, rows: Sequence[Row], positive: Array, w: Array, b: float, most: int = 3000) -> tuple[Array, float]:
    """The judge averaged with one fitted on differences between a machine's and a human's translation of one article.

    That one ranks articles worse and stays level where another agency translated, which many groups teach as well: its weight is one
    in as many as there are years and source languages. Machine/human over both left-out years of Chinese, Japanese, Russian .45 .69 .49
    without it, .50 .80 .53 at a half, .53 .85 .55 so; of English .691 without, .675 at a half, .690 so.
    """
    from scipy import sparse

    versions: dict[str, tuple[list[int], list[int]]] = collections.defaultdict(lambda: ([], []))
    for i, row in enumerate(rows):
        versions[row.article][int(positive[i])].append(i)
    pairs = [(m, h, 1 / (len(a) * len(c))) for a, c in versions.values() for m in c for h in a]
    if len(pairs) < 50:
        return w, b
    pairs = [pairs[i] for i in np.random.default_rng(0).permutation(len(pairs))[:most]]
    sign = np.where(np.arange(len(pairs)) % 2, 1, -1)
    difference = sparse.diags(sign.astype(np.float32)) @ (x[[p[0] for p in pairs]] - x[[p[1] for p in pairs]])
    w2, _ = _logistic(difference.tocsr(), sign, np.array([p[2] for p in pairs]), 30.0, 40)
    own, other = (float(np.std(x @ v)) or 1.0 for v in (w, w2))
    share = 1 / len({(row.year, row.src) for row in rows})
    scale, middle = share * own / other, float(np.mean(x @ w2))
    return (w + scale * w2) / (1 + share), (b - scale * middle) / (1 + share)


class Habits(NamedTuple):
    """The judges of style: mean and spread of each habit, and per judge a weight for each input."""

    mean: Array
    spread: Array
    weights: Array
    intercepts: Array

    def margins(self, style: Array) -> Array:
        return style_inputs(style, self.mean, self.spread) @ self.weights.T + self.intercepts


def fit_habits(table: Table, index: Array) -> Habits:
    from scipy import sparse

    rows = [table.rows[i] for i in index]
    labels = np.array([row.label for row in rows])
    mean, spread = table.style[index].mean(0), table.style[index].std(0) + 1e-6
    inputs = style_inputs(table.style[index], mean, spread)
    weights, intercepts = np.zeros((len(JUDGES), inputs.shape[1]), np.float32), np.zeros(len(JUDGES), np.float32)
    for judge, (one, other) in enumerate(JUDGES):
        part = np.flatnonzero((labels == one) | (labels == other))
        if len(set(labels[part])) == 2:
            positive = labels[part] == one
            weight = _judge_weights([rows[i] for i in part], positive, other)
            strength = STYLE_STRENGTH * len(part)
            weights[judge], intercepts[judge] = _logistic(sparse.csr_matrix(inputs[part]), np.where(positive, 1, -1), weight, strength)
    return Habits(mean, spread, weights, intercepts)


class Margins(NamedTuple):
    """What the judges say of some rows: of n-grams and of style (documents × judges), and of source languages."""

    index: Array
    ngrams: Array
    style: Array
    sources: Array
    held: str = ""


def margins(table: Table, index: Array, heads: dict[str, Heads], habits: Habits, held: str = "") -> Margins:
    per_view = {v: _inputs(table.views[v][index], h.buckets, h.idf) @ h.weights.T + h.intercepts for v, h in heads.items()}
    judges = len(JUDGES)
    return Margins(
        index,
        np.mean([m[:, :judges] for v, m in per_view.items() if v in features.JUDGING], 0),
        habits.margins(table.style[index]),
        np.mean([m[:, judges:] if v in features.JUDGING else m for v, m in per_view.items() if v in features.PLACING], 0),
        held,
    )
