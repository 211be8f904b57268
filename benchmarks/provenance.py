"""What the detector does on years it never saw, and what expressions copied from other languages and misspelt words add to it.

    python benchmarks/provenance.py later --data DIR     the shipped model on rows of 2023 and later
    python benchmarks/provenance.py added --data DIR     English: weights of `calibration.COPIED_SHARE` and `SLIP`, each year left out

DIR: folder with detect/, scoring/, spans/, gender/. later: the segments of spans/ from 2023 on, those of one document and one system
joined; they are measured and never learnt from. added: copied expressions only on articles on which no expression was mined or weighed
(see benchmarks/phrasing.py); trains the judges anew without each year, which takes minutes.
"""
from __future__ import annotations

import argparse
import collections
import gzip
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import tqcheck
from tqcheck.lang import word_count
from tqcheck.provenance import calibration, features
from tqcheck.provenance.calibration import CLASSES
from tqcheck.provenance.fitting import judges, leave_out, rows
from tqcheck.provenance.fitting.figures import auc

sys.path.insert(0, str(Path(__file__).parent.parent))
from training.provenance import load

Array = Any


def later(data: Path) -> None:
    documents: dict[str, dict[tuple[str, ...], dict[int, str]]] = collections.defaultdict(lambda: collections.defaultdict(dict))
    with gzip.open(data / "spans" / "spans.jsonl.gz", "rt", encoding="utf-8") as lines:
        for r in map(json.loads, lines):
            if int(r["year"]) < 2023:
                continue
            source, target = r["lp"].split("-")
            human = r["system"].lower().startswith("ref")
            documents[target]["human" if human else "machine", source, r["year"], r["doc"], r["system"]][r["seg"]] = r["hyp"]
            documents[source]["original", source, r["year"], r["doc"], ""][r["seg"]] = r["src"]
            if r.get("ref"):
                documents[target]["human", source, r["year"], r["doc"], "refA"].setdefault(r["seg"], r["ref"])
    checker = tqcheck.Checker(config={"select": ["provenance"]})
    for lang in features.LANGUAGES:
        found: dict[str, list[tuple[float, str]]] = collections.defaultdict(list)
        for (label, *_), segments in documents[lang].items():
            text = "\n".join(segments[k] for k in sorted(segments))
            if word_count(text, lang) >= 150:
                read = checker.check(text, lang=lang).provenance
                found[label].append((read.probabilities["machine"], read.label))
        scores = {label: np.array([p for p, _ in found[label]]) for label in CLASSES}
        areas = [f"{auc(scores['machine'], scores[other]):.3f}" if len(scores[other]) >= 20 else "–" for other in ("human", "original")]
        print(f"{lang}: machine/human {areas[0]}, machine/original {areas[1]}")
        for label, read in found.items():
            shares = collections.Counter(name for _, name in read)
            print(f"    {label} ({len(read)}): " + ", ".join(f"{name} {count / len(read):.3f}" for name, count in shares.most_common()))


def added(data: Path) -> None:
    from tqcheck.provenance.verdict import MOST_FROM_PHRASES, copied_from

    learnt = load(data, "en")
    table = judges.tabulate(learnt, "en", rows.kept_words(learnt, "en"), rows.name_words(learnt, "en"))
    found = leave_out.left_out(table, ())
    checker = tqcheck.Checker(config={"select": ["provenance"]})
    for m in [m for m in found if m.held.startswith("year")]:
        lp = calibration.log_probabilities(leave_out.scale_for(table, found, m.held), m.ngrams, m.style, table.words[m.index], np.zeros(len(m.index)))
        long = np.array([learnt[i].measured and table.words[i] >= 100 for i in m.index])
        misspelt = table.slips[m.index][long]
        y = np.array([CLASSES.index(learnt[i].label) for i in m.index[long]])
        print(f"{m.held}: share of machine, human and original with a misspelt word", *(f"{(misspelt[y == k] > 0).mean():.3f}" for k in range(3)))
        machine, _, translated = calibration.contrasts(lp[long])
        for nats in (0, 0.8, 1.2, 2.0):
            compare(f"{m.held}, slip {nats}", calibration.joined(machine - nats * np.minimum(misspelt, calibration.MOST_SLIPS), translated), y)
        if m.held == "year htmt":
            continue  # all its expressions were weighed
        unseen = np.array([hashlib.sha1(learnt[i].article.encode()).digest()[0] & 1 == 1 for i in m.index[long]])
        evidence = [checker.check(learnt[i].text, lang="en").provenance.evidence for i in m.index[long][unseen]]
        nats = np.array([min(max(copied_from(e).values(), default=0.0), MOST_FROM_PHRASES) for e in evidence])
        for share in (0, 0.15, 0.3, 0.5, 0.8):
            compare(f"{m.held}, copied {share}", calibration.joined(machine[unseen], translated[unseen] + share * nats), y[unseen])


def compare(name: str, lp: Array, y: Array) -> None:
    """One line: log loss with classes weighing the same, areas under the curve."""
    weight = 1 / np.bincount(y)[y]
    loss = -(weight * lp[np.arange(len(y)), y]).sum() / weight.sum()
    p = lp[:, 0]
    print(f"{name} ({len(y)} documents): log loss {loss:.3f}, machine/human {auc(p[y == 0], p[y == 1]):.3f}, machine/original {auc(p[y == 0], p[y == 2]):.3f}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("what", choices=("later", "added"))
    arguments.add_argument("--data", type=Path, required=True)
    given = arguments.parse_args()
    {"later": later, "added": added}[given.what](given.data)


if __name__ == "__main__":
    main()
