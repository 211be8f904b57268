"""Measure scoring and alignment: parity and speed beside sacreBLEU, what low scores mean, alignment of shuffled articles, what
findings from references say where nothing need be wrong.

    python benchmarks/scoring.py --data DIR [--limit N]

DIR holds scoring/da.jsonl.gz (year, lp, hyp, ref, raw) and detect/en.jsonl.gz (doc_id, label, text). Agreement with people, left out by
language pair, is printed by `training/scoring.py --check`.
"""
from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sacrebleu

from tqcheck.checker import Checker
from tqcheck.model import Reference
from tqcheck.scoring import sacre, score, tq
from tqcheck.segment import segment
from tqcheck.segment.alignment import align


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def best(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of three runs."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def parity_and_speed(pairs: list[tuple[str, str]]) -> None:
    """The four figures of single segments, ours in one pass beside sacreBLEU's loop over its metrics."""
    theirs = {"BLEU": sacrebleu.BLEU(effective_order=True), "chrF2": sacrebleu.CHRF(), "chrF2++": sacrebleu.CHRF(word_order=2), "TER": sacrebleu.TER()}
    metrics = sacre.metrics("en")
    metrics.counts(["a b"], ["a b"], True)
    wanted = {name: [metric.sentence_score(h, [r]).score for h, r in pairs] for name, metric in theirs.items()}
    seconds = {name: best(lambda metric=metric: [metric.sentence_score(h, [r]) for h, r in pairs]) for name, metric in theirs.items()}

    def ours(ter: bool) -> list[dict[str, float]]:
        return [metrics.figures([c], sentence=True) for c in metrics.counts([h for h, _ in pairs], [r for _, r in pairs], ter)]

    got, with_ter = ours(False), ours(True)
    quick, all_four = best(lambda: ours(False)), best(lambda: ours(True))
    worst = {n: max(abs(a - b.get(n, a)) for a, b in zip(wanted[n], with_ter, strict=True)) for n in theirs}
    print(f"{len(pairs)} pairs: largest difference {worst}")
    three = sum(seconds[n] for n in ("BLEU", "chrF2", "chrF2++"))
    print(f"  BLEU, chrF2, chrF2++: ours {quick:.2f} s, sacreBLEU's loop {three:.2f} s; with TER {all_four:.2f} s and {sum(seconds.values()):.2f} s")
    took = best(lambda: [tq.passage(h, r, figures, "en") for (h, r), figures in zip(pairs, got, strict=True)])
    print(f"  tq: {1e6 * took / len(pairs):.0f} µs a pair")


def low_scores(judged: list[dict[str, Any]], limit: int) -> None:
    """chrF2 and tq of segments people liked and of pairs that have nothing to do with each other."""
    metrics = sacre.metrics("en")
    good = [r for r in judged if r["raw"] is not None and r["raw"] >= 80][:limit]
    others = [r["ref"] for r in judged[-limit:]]
    for name, pairs in (("liked", [(r["hyp"], r["ref"]) for r in good]), ("unrelated", [(r["hyp"], o) for r, o in zip(good, others, strict=False)])):
        figures = [metrics.figures([c], sentence=True) for c in metrics.counts([h for h, _ in pairs], [r for _, r in pairs], False)]
        chrf, ours = [f["chrF2"] for f in figures], [tq.passage(h, r, f, "en") for (h, r), f in zip(pairs, figures, strict=True)]
        marks = (0.5, 1, 5, 50, 90, 95)
        print(f"  {name} n={len(pairs)} percentiles {marks}: chrF2 {np.percentile(chrf, marks).round(1)}, tq {np.percentile(ours, marks).round(1)}; chrF2 below 18: {np.mean(np.array(chrf) < 18):.4f}")


def alignment(data: Path, limit: int) -> None:
    """A machine translation against a shuffled, shortened human one, among three others; two halves, the first was looked at."""
    docs: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for r in rows(data / "detect" / "en.jsonl.gz"):
        if r["label"] in ("machine", "human") and not r.get("suspect_postedit"):
            docs[r["doc_id"]].setdefault(r["label"], r["text"].split("\n"))
    pairs = [(k, d["machine"], d["human"]) for k, d in sorted(docs.items()) if len(d) == 2 and len(d["machine"]) == len(d["human"]) >= 6]
    random.Random(5).shuffle(pairs)
    half = len(pairs) // 2
    for name, part in (("looked at", pairs[:half][:limit]), ("kept apart", pairs[half:][:limit])):
        right = found = wanted = 0
        seconds = 0.0
        for n, (key, machine, human) in enumerate(part):
            rnd = random.Random(key)
            keep = [i for i in range(len(human)) if rnd.random() > 0.2]
            if rnd.random() < 0.5 and len(keep) > 4:
                cut = rnd.randrange(1, len(keep) - 1)
                keep = keep[cut:] + keep[:cut]
            reference, spans = "", {}
            for i in keep:
                spans[i] = (len(reference), len(reference) + len(human[i]))
                reference += human[i] + (" " if rnd.random() < 0.6 else "\n\n")
            references = [reference, *("\n".join(part[(n + d) % len(part)][2]) for d in (3, 7, 11))]
            text = "\n".join(machine)
            start = time.process_time()
            divided = [(r, segment(r, "en")) for r in references]
            scores = score(text, align(text, segment(text, "en"), divided), [Reference(r) for r in references], "en")
            seconds += time.process_time() - start
            at = 0
            for i, line in enumerate(machine):
                low, high = at, at + len(line)
                at = high + 1
                mine = [p for p in scores.passages if p.start < high and low < p.end]
                wanted += i in spans
                found += bool(mine)
                if mine and i in spans:
                    best = max(mine, key=lambda p: min(p.end, high) - max(p.start, low))
                    a, b = spans[i]
                    right += best.reference == 0 and 2 * (min(best.ref_end, b) - max(best.ref_start, a)) > max(best.ref_end, b) - min(best.ref_start, a)
        precision, recall = right / max(1, found), right / max(1, wanted)
        print(f"alignment, {name}, {len(part)} articles: precision {precision:.3f} recall {recall:.3f} F1 {2 * precision * recall / (precision + recall):.3f}; {len(part) / seconds:.1f} articles a CPU second, scored")


def differences(data: Path, limit: int) -> None:
    """Findings where nothing need be wrong, one human translation held against another; and how many sentences left out are found."""
    docs: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for r in rows(data / "detect" / "en.jsonl.gz"):
        if not r.get("suspect_postedit"):
            docs[r["doc_id"]][r["label"]].append(r["text"])
    checker = Checker({"select": ["reference"]})
    found: Counter[str] = Counter()
    words = missing = left_out = 0
    for key, d in sorted(docs.items(), key=lambda item: random.Random(item[0]).random())[:limit]:
        if len(d["human"]) > 1:
            one, other = d["human"][:2]
            words += len(one.split())
            found.update(f.rule for f in checker.check(one, lang="en", references=Reference(other, kind="translation")).findings)
        machine, human = ([*d[label], ""][0].split("\n") for label in ("machine", "human"))
        if len(machine) != len(human) or len(human) < 6:
            continue
        cut = random.Random(key).randrange(1, len(human) - 1)
        if len(human[cut].split()) >= 6:
            text = "\n".join(machine[:cut] + machine[cut + 1 :])
            report = checker.check(text, lang="en", references=Reference("\n".join(human), kind="translation"))
            left_out += 1
            missing += any(f.rule == "missing-passage" and f.related[0].text.strip() in human[cut] for f in report.findings)
    print(f"two human translations, {words} words: " + ", ".join(f"{rule} {1000 * n / max(1, words):.3f} per 1,000" for rule, n in sorted(found.items())))
    print(f"sentences left out: {missing} of {left_out} found")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=600)
    arguments = parser.parse_args()
    judged = [r for r in rows(arguments.data / "scoring" / "da.jsonl.gz") if r["lp"].endswith("-en")]
    random.Random(3).shuffle(judged)
    parity_and_speed([(r["hyp"], r["ref"]) for r in judged[: arguments.limit]])
    low_scores(judged, 2 * arguments.limit)
    alignment(arguments.data, arguments.limit // 3)
    differences(arguments.data, arguments.limit)


if __name__ == "__main__":
    main()
