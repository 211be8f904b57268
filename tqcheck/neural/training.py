"""Fine-tunes an encoder to tell machine translation, human translation and originals apart, on windows of articles."""
from __future__ import annotations

import collections
import hashlib
import json
import math
import random
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tqcheck.config import ModelName, NeuralSettings
from tqcheck.errors import InputError
from tqcheck.model import Value
from tqcheck.neural import loading
from tqcheck.neural.detector import CLASSES, Detector, Reading, spread
from tqcheck.neural.loading import Model, ModelError, Tensor

DEVELOPMENT = 10
"""One article in so many is kept apart to tell when to stop."""
HEAVIEST = 5.0
"""A document of a rare label and source weighs at most so many times the mean."""


class Row(Protocol):
    """One document. article: the same for all versions of one article; src: the language it was translated from."""

    @property
    def text(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def src(self) -> str | None: ...
    @property
    def article(self) -> str: ...


class Options(Value, frozen=True):
    """How to train. window: tokens read at once. rate: of learning, at its peak. patience: rounds without gain before it stops."""

    window: int = 256
    rounds: int = 4
    rate: float = 2e-5
    patience: int = 2
    batch_tokens: int = 4096
    warm_up: float = 0.1
    weight_decay: float = 0.01
    seed: int = 0


class Trained(Value, frozen=True):
    """A finished training. losses: on the articles kept apart, after each round; the best round's weights are in `folder`."""

    folder: str
    losses: tuple[float, ...]
    best: int
    temperature: float
    windows: int
    seconds: float


Say = Callable[[str], None]


def fine_tune(
    rows: Sequence[Row], base: ModelName, out: str | Path, options: Options | None = None, settings: NeuralSettings | None = None,
    say: Say = lambda _: None,
) -> Trained:  # fmt: skip
    """Train on documents and write a detector's folder (safetensors, tokenizer, tqcheck.json).

    base: an encoder's folder or hub name. Every tenth article, all its versions with it, tells when to stop. A training
    that was broken off goes on from its last round, where rows, base and options are the same. Raises InputError where a
    class has under two articles, ModelError where the base is no encoder.
    """
    options, settings = options or Options(), settings or NeuralSettings()
    labels = tuple(c for c in CLASSES if any(r.label == c for r in rows))
    for c in labels:
        if len({r.article for r in rows if r.label == c}) < 2:
            raise InputError(f"a detector needs at least two articles of each class; {c!r} has one")
    if len(labels) < 2:
        raise InputError(f"a detector needs two classes; there is {', '.join(labels) or 'none'}")
    loading.require()
    run = _Run(rows, labels, base, Path(out), options, settings, say)
    return run.train()


class _Run:
    """One training and its state on disk."""

    def __init__(
        self, rows: Sequence[Row], labels: tuple[str, ...], base: ModelName, out: Path, options: Options, settings: NeuralSettings, say: Say
    ) -> None:
        import torch

        self.labels, self.options, self.say, self.out = labels, options, say, out
        torch.manual_seed(options.seed)
        self.model = self._base(base, settings)
        self.card = self.model.card
        self.device = self.model.device
        self.state = out / "training"
        dev = {r.article for r in rows if zlib.crc32(r.article.encode()) % DEVELOPMENT == 0}
        if not all(any((r.article in dev) == side and r.label == c for r in rows) for side in (True, False) for c in labels):
            dev = _some_of_each(rows, labels)
        self.learnt = [r for r in rows if r.article not in dev]
        self.kept = [r for r in rows if r.article in dev]
        self.windows, self.weights, self.targets = self._windows(self.learnt)
        self.digest = hashlib.sha256(
            json.dumps([self.card.digest, list(labels), [getattr(options, f) for f in options.__struct_fields__]]).encode()
            + "\0".join(f"{r.label}\1{r.article}\1{r.text}" for r in rows).encode("utf-8", "replace")
        ).hexdigest()

    def _base(self, base: ModelName, settings: NeuralSettings) -> Model:
        """The encoder with a new head."""
        own = loading.card(base, settings)
        import torch
        from transformers import AutoModelForSequenceClassification

        loading.say_licence(own)
        where = loading.device(settings.device)
        names = dict(enumerate(self.labels))
        with loading.quiet():
            try:
                model, info = AutoModelForSequenceClassification.from_pretrained(
                    own.folder, num_labels=len(names), id2label=names, label2id={v: k for k, v in names.items()}, ignore_mismatched_sizes=True,
                    use_safetensors=own.files[0].suffix == ".safetensors", local_files_only=True, trust_remote_code=False, dtype=torch.float32, output_loading_info=True,
                )  # fmt: skip
            except Exception as error:
                raise ModelError(f"model {own.name}: no encoder that can be fine-tuned: {error}") from None
        if model.config.is_encoder_decoder:
            raise ModelError(f"model {own.name}: an encoder is needed, not an encoder and decoder")
        inner = model.base_model_prefix + "."
        if lost := sorted(str(k) for k in info["missing_keys"] if str(k).startswith(inner) and "pooler" not in str(k)):
            raise ModelError(f"model {own.name}: lacks weights of its encoder ({', '.join(lost[:3])} …)")
        loaded = Model(own, model.to(where), loading.tokenizer(own, settings), where, settings)
        if loaded.pad is None:
            raise ModelError(f"model {own.name}: its tokenizer has no padding token")
        loaded.limit = min(loaded.limit, self.options.window)
        return loaded

    def _windows(self, rows: Sequence[Row]) -> tuple[list[loading.Encoded], list[float], list[int]]:
        """Windows with their weights: every document weighs as the others of its label and source, shared by its windows."""
        cells = collections.Counter((r.label, r.src) for r in rows)
        sizes = collections.Counter(r.label for r in rows)
        sources = collections.Counter(label for label, _ in cells)
        weight = {(label, src): 1 / (n * sources[label]) for (label, src), n in cells.items()}
        mean = {label: 1 / size for label, size in sizes.items()}
        windows: list[loading.Encoded] = []
        weights: list[float] = []
        targets: list[int] = []
        for r in rows:
            spans = [(a, b) for a, b in self.model.windows(r.text) if r.text[a:b].strip()]
            windows += self.model.encode([r.text[a:b] for a, b in spans])
            own = min(weight[r.label, r.src], HEAVIEST * mean[r.label])
            weights += [own / len(spans)] * len(spans)
            targets += [self.labels.index(r.label)] * len(spans)
        middle = sum(weights) / len(weights)
        return windows, [w / middle for w in weights], targets

    def train(self) -> Trained:
        import torch

        model, options = self.model.model, self.options
        decay = [p for p in model.parameters() if p.dim() > 1]
        rest = [p for p in model.parameters() if p.dim() <= 1]
        optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": options.weight_decay}, {"params": rest, "weight_decay": 0.0}], lr=options.rate)
        steps = sum(1 for _ in self._batches(0)) * options.rounds
        losses, best, step, finished = self._resume(optimizer)
        began = time.monotonic()
        for number in range(len(losses), options.rounds):
            if finished or number - best > options.patience:
                break
            torch.manual_seed(options.seed + number + 1)  # so that a training taken up again drops out the same units
            model.train()
            for chosen in self._batches(number):
                for group in optimizer.param_groups:
                    group["lr"] = options.rate * _schedule(step, steps, options.warm_up)
                self._step(chosen, optimizer)
                step += 1
            model.eval()
            losses.append(self._loss())
            if losses[-1] <= min(losses):
                best = len(losses) - 1
                self._save_best()
            self._save(optimizer, losses, best, step)
            self.say(f"round {number + 1} of {options.rounds}: loss {losses[-1]:.4f} on articles kept apart{' (best)' if best == number else ''}, {time.monotonic() - began:.0f} s")
        temperature = self._finish(best)
        self._write_state(losses, best, step, finished=True)
        for name in ("model", "optimizer"):
            (self.state / f"{name}.safetensors").unlink(missing_ok=True)
        return Trained(str(self.out), tuple(losses), best, temperature, len(self.windows), time.monotonic() - began)

    def _batches(self, number: int) -> Iterator[list[int]]:
        """Windows of like length together, in an order that depends on the seed and the round alone."""
        chance = random.Random(f"{self.options.seed} {number}")
        order = list(range(len(self.windows)))
        chance.shuffle(order)
        batches: list[list[int]] = []
        for pool in loading.chunks(order, 512):
            batch: list[int] = []
            for n in sorted(pool, key=lambda n: len(self.windows[n]["input_ids"])):
                if batch and (len(batch) + 1) * len(self.windows[n]["input_ids"]) > self.options.batch_tokens:
                    batches.append(batch)
                    batch = []
                batch.append(n)
            batches.append(batch)
        chance.shuffle(batches)
        return iter(batches)

    def _step(self, chosen: Sequence[int], optimizer: Any) -> None:
        """One step over a batch, in halves where memory runs out."""
        import torch

        optimizer.zero_grad(set_to_none=True)
        total = sum(self.weights[n] for n in chosen)
        parts = [list(chosen)]
        while parts:
            part = parts.pop()
            try:
                with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
                    logits = self.model.model(**self.model.batch([self.windows[n] for n in part])).logits
                target = torch.tensor([self.targets[n] for n in part], device=self.device)
                weight = torch.tensor([self.weights[n] for n in part], device=self.device)
                loss = (torch.nn.functional.cross_entropy(logits.float(), target, reduction="none") * weight).sum() / total
                loss.backward()
            except (RuntimeError, MemoryError) as error:
                if not loading.out_of_memory(error) or len(part) == 1:
                    raise
                parts += [part[: len(part) // 2], part[len(part) // 2 :]]
        norm = torch.nn.utils.clip_grad_norm_(self.model.model.parameters(), 1.0)
        if not torch.isfinite(norm):
            raise ModelError("the training diverged (a loss that is not a number); take a smaller --rate")
        optimizer.step()

    def _read(self, rows: Sequence[Row]) -> list[Tensor]:
        """Mean logits of documents, window by window, as the detector reads them."""
        spans = [self.model.windows(r.text) for r in rows]
        items = self.model.encode([r.text[a:b] for r, own in zip(rows, spans, strict=True) for a, b in own])
        logits = self.model.run(items, lambda **batch: self.model.model(**batch).logits)
        found, at = [], 0
        for own in spans:
            found.append(loading.weighted(logits[at : at + len(own)], [len(i["input_ids"]) for i in items[at : at + len(own)]]))
            at += len(own)
        return found

    def _loss(self, temperature: float = 1.0, read: Sequence[Tensor] | None = None) -> float:
        """Log loss of the documents kept apart, each class weighing the same."""
        import torch

        rows = read if read is not None else self._read(self.kept)
        sums: dict[str, list[float]] = collections.defaultdict(list)
        for row, logits in zip(self.kept, rows, strict=True):
            sums[row.label].append(float(-torch.log_softmax(logits / temperature, 0)[self.labels.index(row.label)]))
        return sum(sum(v) / len(v) for v in sums.values()) / len(sums)

    # -- what lies on disk --------------------------------------------------------------------------------------------

    def _save_best(self) -> None:
        with loading.quiet():
            self.model.model.save_pretrained(self.out, safe_serialization=True)
            self.model.tokenizer.save_pretrained(self.out)

    def _save(self, optimizer: Any, losses: Sequence[float], best: int, step: int) -> None:
        """Weights and the optimizer's moments as safetensors; the counters last, so that a half-written state is never taken."""
        from safetensors.torch import save_file

        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "state.json").unlink(missing_ok=True)
        save_file({k: v.contiguous().clone().cpu() for k, v in self.model.model.state_dict().items()}, self.state / "model.safetensors")
        moments = {f"{n}.{k}": v.clone().cpu() for n, s in optimizer.state_dict()["state"].items() for k, v in s.items()}
        save_file(moments, self.state / "optimizer.safetensors")
        self._write_state(losses, best, step, finished=False)

    def _write_state(self, losses: Sequence[float], best: int, step: int, *, finished: bool) -> None:
        told = {"digest": self.digest, "losses": list(losses), "best": best, "step": step, "finished": finished}
        (self.state / "state.json").write_text(json.dumps(told), "utf-8")

    def _resume(self, optimizer: Any) -> tuple[list[float], int, int, bool]:
        """Losses so far, the best round, the steps taken, and whether nothing is left to do."""
        from safetensors.torch import load_file

        try:
            told = json.loads((self.state / "state.json").read_text("utf-8"))
            if told["digest"] != self.digest:
                return [], 0, 0, False
            if told["finished"] and (self.out / "model.safetensors").is_file():
                return list(told["losses"]), int(told["best"]), int(told["step"]), True
            weights, moments = load_file(self.state / "model.safetensors"), load_file(self.state / "optimizer.safetensors")
        except (OSError, ValueError, KeyError):
            return [], 0, 0, False
        self.model.model.load_state_dict(weights)
        kept: dict[int, dict[str, Tensor]] = collections.defaultdict(dict)
        for name, value in moments.items():
            n, _, key = name.partition(".")
            kept[int(n)][key] = value
        optimizer.load_state_dict({"state": dict(kept), "param_groups": optimizer.state_dict()["param_groups"]})
        self.say(f"goes on after round {len(told['losses'])}")
        return list(told["losses"]), int(told["best"]), int(told["step"]), False

    def _finish(self, best: int) -> float:
        """The best round's temperature, fitted on the documents kept apart; writes tqcheck.json."""
        from safetensors.torch import load_file

        self.model.model.load_state_dict(load_file(self.out / "model.safetensors"), strict=False)
        self.model.model.eval()
        read = self._read(self.kept)
        temperature = min((math.exp(x / 10) for x in range(-15, 26)), key=lambda t: self._loss(t, read))
        loading.write_card(self.out, {"kind": "detector", "labels": list(self.labels), "window": self.model.limit, "temperature": round(temperature, 4),
                              "base": self.card.signature, "learnt": sorted(mark(r.text) for r in (*self.learnt, *self.kept)), "documents": collections.Counter(r.label for r in self.learnt), "round": best + 1})  # fmt: skip
        licence = self.card.folder / "README.md"
        if licence.is_file() and not (self.out / "README.md").is_file():
            (self.out / "README.md").write_bytes(licence.read_bytes())
        return temperature


def mark(text: str) -> int:
    """A number by which a model's card tells the documents that it has learnt."""
    return zlib.crc32(" ".join(text.split()).encode("utf-8", "replace"))


def _schedule(step: int, steps: int, warm_up: float) -> float:
    """Up in a line, down in a line."""
    first = max(1, int(steps * warm_up))
    return (step + 1) / first if step < first else max(0.0, (steps - step) / max(1, steps - first))


def _some_of_each(rows: Sequence[Row], labels: Sequence[str]) -> set[str]:
    """Articles to keep apart where a tenth by chance misses a class: about a tenth of each class, at least one."""
    chosen: set[str] = set()
    for label in labels:
        articles = sorted({r.article for r in rows if r.label == label}, key=lambda a: zlib.crc32(a.encode()))
        if not chosen.intersection(articles):
            chosen.update(articles[: max(1, len(articles) // DEVELOPMENT)])
    if any(all(r.article in chosen for r in rows if r.label == label) for label in labels):
        raise InputError("too few articles: none of a class is left to learn from")
    return chosen


def left_out(
    rows: Sequence[Row], folds: Mapping[str, Sequence[int]], base: ModelName, out: str | Path, options: Options | None = None,
    settings: NeuralSettings | None = None, say: Say = lambda _: None,
) -> dict[str, list[Reading]]:  # fmt: skip
    """What models make of every fold's documents that learnt neither from them nor from other versions of their articles.

    folds: name → row numbers. Each fold is one training, under `out`/NAME; readings already there for the same data,
    base and options are taken.
    """
    options, settings = options or Options(), settings or NeuralSettings()
    found: dict[str, list[Reading]] = {}
    for number, (name, held) in enumerate(folds.items(), 1):
        say(f"leaving out {name} ({number} of {len(folds)}): {len(held)} documents")
        seen = {rows[n].article for n in held}
        rest = [r for r in rows if r.article not in seen]
        folder = Path(out) / "".join(c if c.isalnum() else "-" for c in name)
        fine_tune(rest, base, folder, options, settings, say)
        found[name] = Detector(str(folder), settings).read([rows[n].text for n in held])
    return found


def log_probabilities(readings: Sequence[Reading]) -> Any:
    """Documents × (machine, human, original): log-probabilities; what a model says nothing of gets the mean."""
    import numpy as np

    z = np.array([[spread(r)[c] for c in CLASSES] for r in readings], float).reshape(-1, len(CLASSES))
    return z - np.logaddexp.reduce(z, 1, keepdims=True)
