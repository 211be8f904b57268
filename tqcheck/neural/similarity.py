"""Sentence embeddings that link sentences across languages: margin scores of Artetxe and Schwenk (2019), as features shared by both."""
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqcheck.config import ModelName, NeuralSettings
from tqcheck.neural import loading
from tqcheck.neural.loading import ModelError, Tensor

_POOLINGS = ("pooling_mode_mean_tokens", "pooling_mode_cls_token", "pooling_mode_max_tokens")
NEIGHBOURS = 4
MARGIN = 1.05
"""A pair counts whose cosine exceeds the mean of both sentences' nearest neighbours by this factor (the paper's 1.04–1.06)."""
FEWEST_LINKED = 0.25
"""Share of the shorter text's sentences that must find a counterpart, from SENTENCES on, or the model does not know the language: an English MiniLM
links 11–16 % of 150 WMT sentences with their Russian, Chinese or Japanese sources, .38–.77 of them rightly, but 93–100 % with English references, all rightly."""
SENTENCES = 8
WEIGHT = 3.0
"""What a shared pair weighs beside names and numbers (a capitalised word weighs 1.3)."""


class Stranger(Exception):
    """A model meets a language that it does not know."""


class Embedder:
    """A loaded encoder; sentences become unit vectors.

    The files that sentence-transformers writes beside a model are followed: how many tokens it reads, whether their
    vectors' mean, their maximum or the first one stands for the sentence, and dense layers after that (LaBSE). Without
    them the mean is taken. Raises ModelError for any other module.
    """

    def __init__(self, name: ModelName, settings: NeuralSettings) -> None:
        self.model = loading.load(name, settings, "AutoModel")
        folder = self.model.card.folder
        most = self._json("sentence_bert_config.json").get("max_seq_length")
        if isinstance(most, int) and 0 < most < self.model.limit:
            self.model.limit = most
        pooling = self._json("1_Pooling/config.json")
        modes = [key for key, on in pooling.items() if key.startswith("pooling_mode_") and on is True] or ["pooling_mode_mean_tokens"]
        if len(modes) > 1 or modes[0] not in _POOLINGS:
            raise ModelError(f"model {self.model.card.name}: pools by {', '.join(modes)}, which is not known here")
        self.pooling = modes[0]
        self.dense: list[Any] = []
        for module in self._json("modules.json").get("", []):
            kind = str(module.get("type", "")).rpartition(".")[2]
            if kind == "Dense":
                self.dense.append(self._dense(folder / str(module.get("path"))))
            elif kind not in ("Transformer", "Pooling", "Normalize"):
                raise ModelError(f"model {self.model.card.name}: has a module {kind!r} that is not known here")

    def _json(self, name: str) -> dict[str, Any]:
        """A file's object; of a list, {"": list}; {} where there is none."""
        path = self.model.card.folder / name
        try:
            found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        except (OSError, ValueError):
            raise ModelError(f"model {self.model.card.name}: {name} is damaged") from None
        return found if isinstance(found, dict) else {"": found}

    def _dense(self, folder: Path) -> Any:
        """A linear layer and its activation."""
        from safetensors.torch import load_file
        from torch import nn

        config = self._json(f"{folder.name}/config.json")
        if not (folder / "model.safetensors").is_file():
            raise ModelError(f"model {self.model.card.name}: {folder.name} holds no model.safetensors")
        weights = {k.rpartition(".")[2]: v.float() for k, v in load_file(folder / "model.safetensors").items()}
        layer = nn.Linear(weights["weight"].shape[1], weights["weight"].shape[0], bias="bias" in weights)
        layer.load_state_dict(weights)
        activation = str(config.get("activation_function", "Identity")).rpartition(".")[2]
        if activation not in ("Tanh", "Identity"):
            raise ModelError(f"model {self.model.card.name}: {folder.name} ends in {activation}, which is not known here")
        return nn.Sequential(layer, getattr(nn, activation)()).to(self.model.device).eval()

    def embed(self, sentences: Sequence[str]) -> Any:
        """An array, sentences × dimensions, each of length 1. A long sentence is read in windows, averaged by their length."""
        import numpy as np

        spans = [self.model.windows(s) for s in sentences]
        items = self.model.encode([s[a:b] for s, own in zip(sentences, spans, strict=True) for a, b in own])
        rows = self.model.run(items, self._forward, "sentences")
        found, at = [], 0
        for own in spans:
            sizes = [len(i["input_ids"]) for i in items[at : at + len(own)]]
            found.append(loading.weighted(rows[at : at + len(own)], sizes).numpy())
            at += len(own)
        vectors = np.stack(found) if found else np.zeros((0, 1), np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def _forward(self, **batch: Tensor) -> Tensor:
        import torch

        hidden = self.model.model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        if self.pooling == "pooling_mode_cls_token":
            vectors = hidden[:, 0]
        elif self.pooling == "pooling_mode_max_tokens":
            vectors = hidden.masked_fill(mask == 0, -torch.inf).amax(1)
        else:
            vectors = (hidden * mask).sum(1) / mask.sum(1)
        for layer in self.dense:
            vectors = layer(vectors)
        return vectors

    def shared(self, text: Sequence[str], other: Sequence[str]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
        """Features for the aligner: each good pair of sentences gives both its sentences one feature that only they have.

        Raises Stranger where too few find each other.
        """
        mine: list[dict[str, float]] = [{} for _ in text]
        theirs: list[dict[str, float]] = [{} for _ in other]
        found = pairs(self.embed(text), self.embed(other))
        shorter = min(len(text), len(other))
        if shorter >= SENTENCES and len(found) < FEWEST_LINKED * shorter:
            raise Stranger(f"{self.model.card.name} links {len(found)} of {shorter} sentences: it seems not to know one of the two languages")
        for i, j, margin in found:
            name = f"≈{i}-{j}"
            mine[i][name] = theirs[j][name] = WEIGHT * min(1.0, margin - 1.0 + 0.5)
        return mine, theirs


def pairs(mine: Any, theirs: Any) -> list[tuple[int, int, float]]:
    """Pairs of rows that are each other's best by margin, and their margin."""
    import numpy as np

    if not len(mine) or not len(theirs):
        return []
    cosine = mine @ theirs.T
    k_mine, k_theirs = min(NEIGHBOURS, len(theirs)), min(NEIGHBOURS, len(mine))
    near = np.sort(cosine, 1)[:, -k_mine:].mean(1)[:, None]
    near_other = np.sort(cosine, 0)[-k_theirs:].mean(0)[None]
    margin = cosine / np.maximum((near + near_other) / 2, 1e-6)
    best, best_other = margin.argmax(1), margin.argmax(0)
    good = [(i, int(j)) for i, j in enumerate(best) if best_other[j] == i]
    single = len(mine) == 1 and len(theirs) == 1
    return [(i, j, float(margin[i, j])) for i, j in good if margin[i, j] >= MARGIN or (single and cosine[i, j] > 0.5)]
