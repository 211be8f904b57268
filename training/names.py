#!/usr/bin/env python3
"""Learn what machines make of letters when a name goes through Cyrillic or Greek and back: tqcheck/names/data/letter_costs.tsv.

    python training/names.py letters|renderings|sources|matches|pairs --data DIR [--validate]

DIR/names/kb.jsonl.gz: politicians, their name in another script, and its romanisations; DIR/names/wmt.jsonl.gz: names as
MT systems of the WMT21/22 news tests wrote them. Alignment of letter groups by expectation maximisation (many to many,
after Jiampojamarn, Kondrak and Sherif 2007). --validate: a fifth of the people left out, how well the scores part their
wrong forms from other people's names.
"""
from __future__ import annotations

import argparse
import collections
import gzip
import hashlib
import json
import math
from pathlib import Path

from tqcheck.names.spelling import fold

LEFT, RIGHT = 3, 3
"""Longest groups of letters, of the right and the wrong name."""
STRANGERS, STRANGE_WORDS = 3.0, 1.0
"""How much more often than in the data a name in an article is the right name of somebody unknown."""
SCRIPTS = ("ru", "uk", "bg", "sr", "el", "ka")
OUT = Path(__file__).parents[1] / "tqcheck" / "names" / "data" / "letter_costs.tsv"


def rows(path: Path) -> list[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def token_pairs(data: Path) -> list[tuple[str, str, str]]:
    """(person, right word, wrong word)."""
    pairs = []
    for row in rows(data / "names" / "kb.jsonl.gz"):
        if row["lang"] not in SCRIPTS:
            continue
        right = fold(row["official"]).split()
        for style in ("mtstyle", "bgn", "icu", "iuliia_wikipedia"):
            wrong = fold(row["wrongs"].get(style) or "").split()
            if len(wrong) == len(right):
                pairs += [(row["official"], a, b) for a, b in zip(right, wrong, strict=True)]
    for row in rows(data / "names" / "wmt.jsonl.gz"):
        if row["pair"][:2] in ("ru", "uk") and row["kind"] == "spelling":
            pairs.append((row["right_full"], fold(row["right"]), fold(row["wrong"])))
    return [(p, a, b) for p, a, b in dict.fromkeys(pairs) if a and b and " " not in a + b and abs(len(a) - len(b)) <= 4]


KINDS = {
    "ru": "cyrillic", "uk": "cyrillic", "be": "cyrillic", "bg": "cyrillic", "sr": "cyrillic", "mk": "cyrillic", "fa": "arabic", "ar": "arabic", "he": "hebrew", "el": "greek",
    "ka": "georgian", "zh": "han", "ja": "kana", "ko": "hangul",
}  # fmt: skip
READ = ("han", "kana", "hangul")


def rendering_pairs(data: Path) -> list[tuple[str, str, str, str]]:
    """(script, name, word in that script as names.renderings spells it, folded Latin word) of right pairs."""
    import re

    from tqcheck.names import register
    from tqcheck.names.renderings import spelled
    from tqcheck.names.transcription import script

    pairs = []

    def add(name: str, native: str, kind: str) -> None:
        theirs, latin = [w for w in re.split(r"[ ·・=＝\-\u200c]+", native) if w], fold(name).split()
        if script(native) == kind and len(theirs) == len(latin):
            pairs.extend((kind, name, spelled(a), b) for a, b in zip(theirs, latin, strict=True) if b.isalpha() and len(b) > 1)

    for row in rows(data / "names" / "kb.jsonl.gz"):
        add(row["official"], row["foreign_ordered"], KINDS[row["lang"]])
    for record in (*register.people(), *register.places()):
        forms = [(record.native_lang, record.native), ("ru", record.ru), ("uk", getattr(record, "uk", ""))]
        for lang, native in forms:
            if native and lang in KINDS:
                add(record.name, native, KINDS[lang])
    return [p for p in dict.fromkeys(pairs) if p[2] and len(p[2]) < 16 and abs(len(p[2]) - len(p[3])) <= (4 if p[0] in ("cyrillic", "greek", "georgian") else 7)]


def fit_renderings(data: Path, validate_only: bool) -> None:
    """data/renderings.tsv: letters of other scripts and the Latin letters right names have for them."""
    global LEFT
    pairs = rendering_pairs(data)
    lines = ["# What letters of other scripts may be in Latin names, with what seeing them together is worth in natural log (^ and $: ends of the word; -: nothing).",
             "# Learned by training/names.py from right pairs of names. Columns: script, its letters, Latin letters, worth."]
    for kind in dict.fromkeys(kind for kind, *_ in pairs):
        LEFT = 4 if kind in READ else 2
        words = [(a, b) for k, name, a, b in pairs if k == kind and not (validate_only and held(name))]
        costs = ratios(learn(words, 6))
        lines += [f"{kind}\t{a or '-'}\t{b or '-'}\t{worth:.2f}" for (a, b), worth in sorted(costs.items())]
        print(f"{kind}: {len(costs)} groups from {len(words)} words")
    if not validate_only:
        OUT.with_name("renderings.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def held(person: str) -> bool:
    return int(hashlib.sha1(person.encode()).hexdigest(), 16) % 5 == 4


def steps(a: str, b: str):
    """Arcs of the alignment lattice: (i, j, i2, j2, left letters, right letters)."""
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            for di in range(0, LEFT + 1):
                for dj in range(0, RIGHT + 1):
                    if di + dj and i + di <= len(a) and j + dj <= len(b) and not (di == 0 and dj > 1) and di + dj <= 5:
                        yield i, j, i + di, j + dj, a[i : i + di], b[j : j + dj]


def learn(pairs: list[tuple[str, str]], rounds: int = 8) -> dict[tuple[str, str], float]:
    """Joint probability of letter groups: (of the right name, of the wrong form)."""
    table: dict[tuple[str, str], float] = {}

    def start(u: str, v: str) -> float:
        return (0.4 if u == v and len(u) == 1 else 0.05) * 0.12 ** (len(u) + len(v) - 2) * (0.2 if not u or not v else 1)

    for turn in range(rounds):
        counts: dict[tuple[str, str], float] = collections.defaultdict(float)
        for left, right in pairs:
            a, b = f"^{left}$", f"^{right}$"
            arcs = list(steps(a, b))
            weight = [table.get((u, v), 1e-7 if turn else 0) if turn else start(u, v) for *_, u, v in arcs]
            forward = collections.defaultdict(float, {(0, 0): 1.0})
            for (i, j, i2, j2, *_), w in zip(arcs, weight, strict=True):
                forward[i2, j2] += forward[i, j] * w
            backward = collections.defaultdict(float, {(len(a), len(b)): 1.0})
            for (i, j, i2, j2, *_), w in zip(reversed(arcs), reversed(weight), strict=True):
                backward[i, j] += backward[i2, j2] * w
            total = forward[len(a), len(b)]
            if total <= 0:
                continue
            for (i, j, i2, j2, u, v), w in zip(arcs, weight, strict=True):
                share = forward[i, j] * w * backward[i2, j2] / total
                if share > 1e-4:
                    counts[u, v] += share
        # Long groups explain anything once; a discount keeps those seen again and again.
        kept = {c: n - 0.3 * (len(c[0]) + len(c[1]) - 2 > 0) * (len(c[0]) + len(c[1]) - 1) for c, n in counts.items()}
        kept = {c: n for c, n in kept.items() if n > 0.05}
        total = sum(kept.values())
        table = {c: n / total for c, n in kept.items()}
    return table


def ratios(table: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Joint log probability of two letter groups over that of their letters apart: what seeing them together is worth."""
    left: collections.Counter[str] = collections.Counter()
    right: collections.Counter[str] = collections.Counter()
    for (u, v), p in table.items():
        for c in u:
            left[c] += p
        for c in v:
            right[c] += p
    lt, rt = sum(left.values()), sum(right.values())
    return {
        (u, v): math.log(p) - sum(math.log(left[c] / lt) for c in u) - sum(math.log(right[c] / rt) for c in v)
        for (u, v), p in table.items() if p > 2e-5
    }  # fmt: skip


def matches(data: Path):
    """(1 wrong form of the match, 0 right name of somebody else; person; weight; features) of the likeliest match of each name.

    People of one half are known, with and without their native forms; the names of the other half are the right names of
    people nobody knows. Then the halves change places.
    """
    from tqcheck.model import Person
    from tqcheck.names import judgement
    from tqcheck.names.forms import bare_name
    from tqcheck.names.mentions import vocabulary
    from tqcheck.names.roster import Roster, registered

    judgement.HOPELESS = 0.0  # by the weights that are being replaced

    def half(name):
        return int(hashlib.sha1(name.encode()).hexdigest(), 16) % 2
    out: list[tuple[int, str, float, tuple[float, ...]]] = []
    asked: collections.Counter[str] = collections.Counter()

    def ask(roster: Roster, name: str, right: str | None, weight: float, group: str, kind: str) -> None:
        found = roster.matches(name)
        asked[kind] += 1
        if found and not found[0].exact and found[0].features:
            hit = right is not None and fold(bare_name(found[0].entry.person.name)) == fold(bare_name(right))
            if right is None or hit:
                out.append((int(hit), group, weight, found[0].features, kind))

    kb = [r for r in rows(data / "names" / "kb.jsonl.gz") if r["kind"] == "backtranslit"]
    wmt = rows(data / "names" / "wmt.jsonl.gz")
    shipped = [e.person for e in registered()]
    for side in (0, 1):
        people: dict[str, dict[str, str]] = {}
        gender = {r["official"]: r["gender"] for r in kb}
        for r in kb:
            if half(r["official"]) == side:
                people.setdefault(r["official"], {})[r["lang"]] = r["foreign_ordered"]
        known = [p for p in shipped if half(p.name) == side]
        # Not those of the register: its words are known to be right.
        strangers = sorted({r["official"] for r in kb if half(r["official"]) != side})
        for native in (True, False):
            roster = Roster([Person(n, gender[n], forms if native else {}) for n, forms in people.items()] + [p if native else Person(p.name, p.gender) for p in known], register=False)
            for r in kb:
                if r["official"] in people:
                    for wrong in dict.fromkeys(r["wrongs"].get(k) for k in ("mtstyle", "bgn", "icu")):
                        if wrong and wrong != r["official"]:
                            ask(roster, wrong, r["official"], 1.0 if r["lang"] in SCRIPTS else 0.3, r["official"], f"kb {r['lang']} {native}")
            for p in known:
                from tqcheck.names.transcription import romanised

                for wrong in romanised(p.native.get("ru", ""), "ru")[:2] if p.native.get("ru") else ():
                    ask(roster, wrong.title(), p.name, 1.0, p.name, f"register {native}")
            for name in strangers:
                ask(roster, name, None, 1.0, name, "stranger")
                if native:
                    ask(roster, name.split()[-1], None, 1.0, name, "stranger surname")
        vocab = vocabulary("en")
        rights = {r["right_full"] for r in wmt if half(r["right_full"]) == side}
        roster = Roster([Person(n) for n in rights] + [Person(p.name) for p in known], register=False)
        for r in {(r["wrong_full"], r["right_full"]): r for r in wmt}.values():
            if r["right_full"] in rights and fold(r["right_full"]) not in vocab.ordinary:
                ask(roster, bare_name(r["wrong_full"]), r["right_full"], 1.0, r["right_full"], "wmt full")
                if r["wrong"] != r["wrong_full"]:
                    ask(roster, r["wrong"], r["right_full"], 0.5, r["right_full"], "wmt word")
        for name in sorted({r["name"] for r in rows(data / "names" / "wmt_correct.jsonl.gz")} | {r["right_full"] for r in wmt} | {r["wrong"] for r in rows(data / "names" / "wmt_variants.jsonl.gz")}):
            if half(name) != side and not any(fold(name) in fold(n).split() for n in rights):
                ask(roster, name, None, 1.0, name, "wmt right")
    return out, asked


def fit_matches(data: Path, validate_only: bool) -> None:
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    from tqcheck.names.judgement import FEATURES

    found, asked = matches(data)
    single = np.array([f[FEATURES.index("single")] > 0 for *_, f, _ in found])
    p = np.zeros(len(found))
    x, y = np.array([f for *_, f, _ in found]), np.array([hit for hit, *_ in found])
    columns = []
    for part, more in ((~single, STRANGERS), (single, STRANGE_WORDS)):
        weight = np.array([w * (1 if hit else more) for hit, _, w, _, _ in found])[part]
        groups = [g for (_, g, *_), used in zip(found, part, strict=True) if used]
        model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000)
        p[part] = cross_val_predict(model, x[part], y[part], groups=groups, cv=GroupKFold(5), method="predict_proba", params={"sample_weight": weight})[:, 1]
        model.fit(x[part], y[part], sample_weight=weight)
        columns.append(model.coef_[0])
    kinds = np.array([k for *_, k in found])
    for kind, n in sorted(asked.items()):
        print(f"  {kind:20} n={n:5} " + " ".join(f"≥{t}: {(p[kinds == kind] >= t).sum() / n:.4f}" for t in (0.3, 0.5, 0.7, 0.8, 0.9)))
    lines = ["# Logistic weights for whether a name is a known one wrongly written, learned by training/names.py.", "# Columns: feature, weight for names of several words, weight for single words."]
    lines += [f"{name}\t{a:.3f}\t{b:.3f}" for name, a, b in zip(FEATURES, *columns, strict=True)]
    print("\n".join(lines[2:]))
    if not validate_only:
        OUT.with_name("match_weights.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def fit_pairs(data: Path, validate_only: bool) -> None:
    """Weights for whether two words of two texts are one name, in the text wrong: names.compare.other_names."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    from tqcheck.names import compare
    from tqcheck.names.mentions import mentions

    wrong, variants = rows(data / "names" / "wmt.jsonl.gz"), rows(data / "names" / "wmt_variants.jsonl.gz")
    right_words = collections.defaultdict(set)
    for r in rows(data / "names" / "wmt_correct.jsonl.gz"):
        right_words[r["context"]].add(r["name"])
    truth = collections.defaultdict(dict)
    for r in wrong:
        truth[r["context"]][r["wrong"]] = 1
    for r in variants:
        truth[r["context"]][r["wrong"]] = 0
    for context, words in right_words.items():
        truth[context].update(dict.fromkeys(words, 0))
    found: list[tuple[int, str, float, tuple[float, ...]]] = []

    def ask(text: str, reference: str, labels: dict[str, int] | None, group: str, strict: bool, weight: float) -> None:
        for pair in compare.other_names(text, mentions(text), reference, mentions(reference), strict=strict):
            label = 0 if labels is None else labels.get(pair.text)
            if label is not None:
                found.append((label, group, weight, pair.features))

    seen = {(r["context"], r["ref"]): r for r in wrong + variants}
    listed = list(seen.values())
    for number, r in enumerate(listed):
        for strict in (False, True):
            ask(r["context"], r["ref"], truth[r["context"]], r["ref"], strict, 1.0)
            stranger = listed[(number + 97) % len(listed)]
            if stranger["ref"] != r["ref"]:
                ask(r["context"], stranger["ref"], None, r["ref"], strict, 1.0 if strict else 0.3)
    def fit(found: list[tuple[int, str, float, tuple[float, ...]]], parts: dict[str, tuple[str, float]]) -> np.ndarray:
        x, y = np.array([f for *_, f in found]), np.array([hit for hit, *_ in found])
        weight, groups = np.array([w for _, _, w, _ in found]), [g for _, g, _, _ in found]
        model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000)
        p = cross_val_predict(model, x, y, groups=groups, cv=GroupKFold(5), method="predict_proba", params={"sample_weight": weight})[:, 1]
        for name, (feature, value) in parts.items():
            part = x[:, compare.FEATURES.index(feature)] == value
            print(f"{name}: " + " ".join(f"≥{t}: wrong {(p[part & (y == 1)] >= t).mean():.3f} of {(part & (y == 1)).sum()}, right {(p[part & (y == 0)] >= t).mean():.3f} of {(part & (y == 0)).sum()};" for t in (0.5, 0.8, 0.9)))
        model.fit(x, y, sample_weight=weight)
        return model.coef_[0]

    weights = fit(found, {"translation": ("strict", 0.0), "coverage": ("strict", 1.0)})
    lines = ["# Logistic weights for whether a reference has the right form of a word, learned by training/names.py.", "# Columns: feature, weight."]
    lines += [f"{name}\t{a:.3f}" for name, a in zip(compare.FEATURES, weights, strict=True)]
    print("\n".join(lines[2:]))
    if not validate_only:
        OUT.with_name("pair_weights.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def source_pairs(data: Path) -> list[tuple[str, int, str, str, tuple[float, ...]]]:
    """(what is judged, 1 damaged or 0 right, source language, sentence, features) of words of a text beside the likeliest word of its source.

    Damaged: the listed errors of WMT21/22 systems. Right: their other names and legitimate variants, and every name of human translations
    (WMT21/22 references, DEMETR's good translations) that the source does not explain.
    """
    from tqcheck.names import characters, sources
    from tqcheck.names.mentions import mentions
    from tqcheck.names.roster import Roster
    from tqcheck.names.transcription import script

    wrong, variants = rows(data / "names" / "wmt.jsonl.gz"), rows(data / "names" / "wmt_variants.jsonl.gz")
    truth: dict[str, dict[str, int]] = collections.defaultdict(dict)
    for r in wrong:
        truth[r["context"]][r["wrong"]] = 1
    for r in variants:
        truth[r["context"]].setdefault(r["wrong"], 0)
    for r in rows(data / "names" / "wmt_correct.jsonl.gz"):
        truth[r["context"]].setdefault(r["name"], 0)
    texts: dict[tuple[str, str], tuple[str, dict[str, int] | None]] = {}
    for r in wrong + variants:
        texts[r["src_segment"], r["context"]] = r["pair"].split("-")[0], truth[r["context"]]
        texts[r["src_segment"], r["ref"]] = r["pair"].split("-")[0], None
    for r in rows(data / "accuracy" / "demetr.jsonl.gz"):
        texts[r["src"], r["good"]] = r["src_lang"], None
    for r in rows(data / "scoring" / "da.jsonl.gz"):
        if r["lp"].endswith("-en") and r["lp"][:2] in ("ru", "ja", "is", "uk", "zh"):
            texts[r["src"], r["ref"]] = r["lp"][:2], None
    # Any judge will do to say which word of the source is likeliest: nearness and a neighbour that fits.
    sources.probability = lambda kind, f: f[1] + 0.3 * f[9] - 0.05 * f[3]
    characters.probability = lambda kind, f: f[1] + 0.3 * f[6] - 0.05 * f[2]
    register = Roster()
    out = []
    for (source, text), (lang, labels) in texts.items():
        for pair in sources.source_names(text, mentions(text), source, lang, register.is_right):
            label = 0 if labels is None else labels.get(pair.text)
            if label is not None and pair.features:
                kind = "han" if lang == "zh" else "latin" if script(source[pair.other_start : pair.other_end]) == "latin" else "other"
                out.append((kind, label, lang, source, pair.features))
    return out


def fit_sources(data: Path, validate_only: bool) -> None:
    """data/source_trees.tsv: names.sources and names.characters. Validated leaving out sentences, and each source language in turn."""
    import numpy as np
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_predict

    found = source_pairs(data)
    lines = ["# Boosted trees for whether a word of a text is a damaged form of the word of the source it is compared with, learned by training/names.py.",
             "# Columns: what is judged (script of the source), tree (-: log odds to begin with), feature (-1: a leaf), threshold or log odds, left, right."]
    for kind in ("latin", "other", "han"):
        part = [f for f in found if f[0] == kind]
        x, y = np.array([f for *_, f in part]), np.array([label for _, label, *_ in part])
        model = GradientBoostingClassifier(n_estimators=80, max_depth=3, subsample=0.7, min_samples_leaf=10, random_state=0)
        langs = np.array([lang for _, _, lang, *_ in part])
        for name, groups, cut in (("sentences", [source for *_, source, _ in part], GroupKFold(5)), ("languages", list(langs), LeaveOneGroupOut())):
            if len(set(groups)) < 2:
                continue
            p = cross_val_predict(model, x, y, groups=groups, cv=cut, method="predict_proba")[:, 1]
            print(f"{kind}, {name} left out: " + " ".join(f"≥{t}: damaged {(p[y == 1] >= t).mean():.3f} of {(y == 1).sum()}, right {(p[y == 0] >= t).sum()} of {(y == 0).sum()};" for t in (0.5, 0.7, 0.8, 0.9)))
            print("   " + " ".join(f"{lang}: {(p[(y == 1) & (langs == lang)] >= 0.8).sum()}/{(p[(y == 0) & (langs == lang)] >= 0.8).sum()}" for lang in sorted(set(langs))))
        model.fit(x, y)
        begin = float(np.log(y.mean() / (1 - y.mean())))
        lines.append(f"{kind}\t-\t-1\t{begin:.4f}\t0\t0")
        for number, (tree,) in enumerate(model.estimators_):
            t = tree.tree_
            for i in range(t.node_count):
                leaf = t.children_left[i] < 0
                value = model.learning_rate * t.value[i][0][0] if leaf else t.threshold[i]
                lines.append(f"{kind}\t{number}\t{-1 if leaf else t.feature[i]}\t{value:.4f}\t{max(0, t.children_left[i])}\t{max(0, t.children_right[i])}")
    if not validate_only:
        OUT.with_name("source_trees.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("part", choices=["letters", "matches", "pairs", "renderings", "sources"])
    args = parser.parse_args()
    if args.part != "letters":
        {"matches": fit_matches, "pairs": fit_pairs, "renderings": fit_renderings, "sources": fit_sources}[args.part](args.data, args.validate)
        return
    pairs = token_pairs(args.data)
    used = [(a, b) for p, a, b in pairs if not (args.validate and held(p))]
    costs = ratios(learn(used))
    if args.validate:
        validate(costs, [(a, b) for p, a, b in pairs if held(p)])
        return
    lines = ["# Worth, in natural log, of meeting the second group of letters where the right name has the first (^ and $: its ends; folded).",
             "# Learned by training/names.py from romanised names of politicians and from WMT21/22 system outputs. Columns: right, wrong, worth."]
    lines += [f"{u or '-'}\t{v or '-'}\t{w:.2f}" for (u, v), w in sorted(costs.items())]
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(costs)} letter groups from {len(used)} words → {OUT}")


def validate(costs: dict[tuple[str, str], float], pairs: list[tuple[str, str]]) -> None:
    import random

    from tqcheck.names import letters

    arcs = letters.arcs_of(costs)

    chosen = random.Random(1).sample(pairs, min(300, len(pairs)))
    rights = sorted({a for a, _ in pairs})
    top, own, other = 0, [], []
    for a, b in chosen:
        scores = sorted(((letters.worth(r, b, arcs) / (len(b) + 2), r) for r in rights), reverse=True)
        top += scores[0][1] == a
        own.append(letters.worth(a, b, arcs) / (len(b) + 2))
        other.append(next(s for s, r in scores if r != a))
    own.sort()
    other.sort()
    print(f"right word first among {len(rights)}: {top / len(chosen):.3f}; own {own[len(own)//20]:.2f} {own[len(own)//2]:.2f}; best other {other[len(other)//2]:.2f} {other[-len(other)//20]:.2f}")


if __name__ == "__main__":
    main()
