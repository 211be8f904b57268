"""Learned judgements of pairs of words: boosted decision trees (Friedman 2001), read from data/source_trees.tsv, made by training/names.py."""
from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from importlib.resources import files

import msgspec


class _Node(msgspec.Struct, frozen=True, gc=False):
    """A question about a feature (go left where it is at most the threshold), or an answer in log odds (feature −1)."""

    feature: int
    threshold: float
    left: int
    right: int


@functools.cache
def _forests() -> dict[str, tuple[float, tuple[tuple[_Node, ...], ...]]]:
    """What is judged → (log odds to begin with, trees)."""
    begin: dict[str, float] = {}
    trees: dict[str, dict[int, list[_Node]]] = {}
    for line in (files("tqcheck.names") / "data" / "source_trees.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, tree, feature, threshold, left, right = line.split("\t")
            if tree == "-":
                begin[kind] = float(threshold)
            else:
                trees.setdefault(kind, {}).setdefault(int(tree), []).append(_Node(int(feature), float(threshold), int(left), int(right)))
    return {kind: (begin[kind], tuple(tuple(nodes) for nodes in found.values())) for kind, found in trees.items()}


def probability(kind: str, features: Sequence[float]) -> float:
    """The probability that a word of the text is a damaged form of the word of the source it was compared with.

    kind: "latin", "other" or "han": the script of the source. features: as names.sources or names.characters lists them.
    """
    odds, trees = _forests()[kind]
    for nodes in trees:
        node = nodes[0]
        while node.feature >= 0:
            node = nodes[node.left if features[node.feature] <= node.threshold else node.right]
        odds += node.threshold
    return 1.0 / (1.0 + math.exp(-odds))
