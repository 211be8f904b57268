"""Judges one article: original, human translation or machine translation, and from which language.

Needs numpy alone. The weights of a language are loaded when its first text comes, once, whatever the thread.
"""
from __future__ import annotations

import functools
import json
import math
import threading
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from tqcheck.errors import ConfigError
from tqcheck.model import Label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tqcheck.provenance.features import Seen
    from tqcheck.provenance.slips import Slip

FORMAT = 2
_LOCK = threading.Lock()


class Clue(msgspec.Struct, frozen=True):
    """A turn of phrase that speaks for (or, with a negative weight, against) the likeliest class. Offsets: in the text given; weight: nats."""

    start: int
    end: int
    kind: str
    words: str
    weight: float


class Judgement(msgspec.Struct, frozen=True):
    """What the model makes of one text. probabilities: machine, human, original; calibrated at equal priors unless others were given."""

    probabilities: dict[str, float]
    label: Label
    source_lang: str | None
    source_lang_probabilities: dict[str, float]
    evidence: tuple[Clue, ...]
    why: str
    signature: str


class Card(msgspec.Struct, frozen=True):
    """What a file of weights says of itself."""

    format: int
    name: str
    lang: str
    date: str
    data: str
    documents: dict[str, int]
    sources: tuple[str, ...]
    kept: tuple[str, ...]
    scale: dict[str, Any]
    thresholds: dict[str, Any]
    source_scale: float
    source_offsets: tuple[float, ...]
    source_threshold: float
    names: tuple[str, ...] = ()
    figures: dict[str, Any] = {}


class _View:
    """The linear judges of one view: a row of int8 weights per known bucket, row 0 for unknown ones."""

    def __init__(
        self, buckets: NDArray[np.uint32], idf: NDArray[np.float16], weights: NDArray[np.int8], steps: NDArray[np.float32], intercepts: NDArray[np.float32]
    ) -> None:
        import numpy as np

        from tqcheck.provenance.features import BITS

        self.rows = np.zeros(1 << BITS, np.int32)
        self.rows[np.cumsum(buckets, dtype=np.int64)] = np.arange(1, len(buckets) + 1)
        self.idf = np.concatenate(([0], idf)).astype(np.float32)
        self.weights = np.concatenate((np.zeros((1, weights.shape[1]), np.int8), weights))
        self.steps = steps
        self.intercepts = intercepts

    def inputs(self, buckets: NDArray[np.uint32], counts: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Row and value of each bucket; the known ones are of unit length together, unknown ones are nought."""
        import numpy as np

        rows = self.rows[buckets]
        values = counts * self.idf[rows]
        return rows, values / max(np.float32(np.sqrt(np.dot(values, values))), np.float32(1e-9))

    def margins(self, buckets: NDArray[np.uint32], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        rows, values = self.inputs(buckets, counts)
        known = np.flatnonzero(rows)
        sums: NDArray[np.float32] = values[known] @ self.weights[rows[known]].astype(np.float32)
        return sums * self.steps + self.intercepts


class Detector:
    """The model of one language."""

    def __init__(self, file: IO[bytes]) -> None:
        import numpy as np

        from tqcheck.provenance import calibration, features

        with np.load(file, allow_pickle=False) as arrays:
            self.card = msgspec.json.decode(arrays["card"].tobytes(), type=Card)
            if self.card.format != FORMAT:
                raise ConfigError(f"provenance model {self.card.name}: format {self.card.format}, this version reads {FORMAT}")
            self.lang = self.card.lang
            self._views = {
                view: _View(*(arrays[f"{view}.{part}"] for part in ("buckets", "idf", "weights", "steps", "intercepts")))
                for view in features.views_of(self.lang)
            }
            self._judging = sum(view in features.JUDGING for view in self._views)
            self._style = {part: arrays[f"style.{part}"] for part in ("mean", "spread", "weights", "intercepts")}
        self._lexicon = features.Lexicon(self.lang, self.card.kept, self.card.names)
        self._scale = msgspec.convert(self.card.scale, calibration.Scale)
        self._thresholds = msgspec.convert(self.card.thresholds, calibration.Thresholds)
        shown = ", ".join(f"{name} {value:.2f}" for name, value in self.card.thresholds.items() if name != "machine")
        self.signature = (
            f"{self.card.name} data {self.card.data} machine {calibration.machine_threshold(self._thresholds, None):.2f}, {shown}"
        )

    def judge(
        self, text: str, prior: Mapping[str, float] | None = None, max_false_accusations: float | None = None, copied: float = 0.0
    ) -> Judgement:
        """See `Judges.judge`."""
        import numpy as np

        from tqcheck.provenance import calibration, features
        from tqcheck.provenance.slips import slips

        seen = features.see(text, self._lexicon, self.lang)
        judges = len(calibration.JUDGES)
        per_view = {name: view.margins(*seen.views[name]) for name, view in self._views.items()}
        margins = np.mean([m[:judges] for name, m in per_view.items() if name in features.JUDGING], 0)
        places = margins[:0] if not self.card.sources else np.mean([m[-len(self.card.sources) :] for name, m in per_view.items() if name in features.PLACING], 0)
        habits = style_inputs(seen.style, self._style["mean"], self._style["spread"])
        style = habits @ self._style["weights"].T + self._style["intercepts"]
        misspelt = slips(text, self.lang)
        equal = calibration.log_probabilities(self._scale, margins[None], style[None], np.array([seen.words]), np.array([len(misspelt)]))
        equal = calibration.with_copied(equal, copied)[0]
        shifted = shift(equal, prior)
        label = calibration.label(equal, self._thresholds, seen.words, max_false_accusations)
        if label == "machine" and prior and calibration.label(shifted, self._thresholds, seen.words, max_false_accusations) != "machine":
            label = "translation"
        probabilities = dict(zip(calibration.CLASSES, np.exp(shifted).tolist(), strict=True))
        source, sources = self._source(places, probabilities["original"], label)
        winner = calibration.CLASSES[int(np.argmax(shifted))]
        clues = (*_misspelt(text, misspelt, winner), *self._clues(text, seen, winner))
        return Judgement(
            probabilities=probabilities, label=_LABELS[label], source_lang=source, source_lang_probabilities=sources,
            evidence=clues, why=self._why(label, probabilities, seen.words), signature=self.signature,
        )  # fmt: skip

    def _source(self, margins: NDArray[np.float32], original: float, label: str) -> tuple[str | None, dict[str, float]]:
        """The source language, none where no learnt one stands out or the text reads like an original."""
        import numpy as np

        names = self.card.sources
        if not names:
            return None, {}
        if len(names) == 1:
            return (names[0] if original < MOSTLY_ORIGINAL else None), {names[0]: 1.0}
        margins = margins + np.array(self.card.source_offsets, np.float32) / np.float32(self.card.source_scale)
        z = margins * self.card.source_scale
        odds = np.exp(z - z.max())
        probabilities = dict(zip(names, (odds / odds.sum()).tolist(), strict=True))
        best = max(probabilities, key=probabilities.__getitem__)
        sure = float(margins.max()) >= self.card.source_threshold and label != "original" and original < MOSTLY_ORIGINAL
        return (best if sure else None), probabilities

    def _clues(self, text: str, seen: Seen, winner: str, most: int = 12) -> tuple[Clue, ...]:
        """The n-grams with most weight for and against the likeliest class, each where it first stands.

        Weights are what all occurrences of an n-gram add to the log odds of that class; of overlapping ones the
        heaviest is shown.
        """
        import numpy as np

        from tqcheck.provenance import calibration, features

        tokens = seen.tokens
        ids = features.token_ids(tokens, self._lexicon)
        judges = len(calibration.JUDGES)
        machine, translated = self._scale.machine[0], self._scale.translated[:2]
        sign = {"machine": (machine, *translated), "human": (-machine, *translated), "original": (0.0, *(-t for t in translated))}
        found: list[tuple[float, int, int, int, str]] = []
        for kind in ("word", "shape"):
            view, (buckets, counts) = self._views[kind], seen.views[kind]
            rows, values = view.inputs(buckets, counts)
            towards = (view.steps[:judges] * np.array(sign[winner]) / self._judging).astype(np.float32)
            weights = (view.weights[rows, :judges].astype(np.float32) @ towards) * values
            heaviest = {int(buckets[i]): i for i in np.argsort(-np.abs(weights))[: 4 * most].tolist() if abs(weights[i]) >= LEAST_WEIGHT}
            chosen = np.zeros(len(view.weights), bool)
            chosen[rows[list(heaviest.values())]] = True
            for width, grams in zip(features.WIDTHS[kind], features.ngrams(ids[kind], features.WIDTHS[kind]), strict=False):
                if kind == "shape" and width <= 2:
                    continue
                for begin in np.flatnonzero(chosen[view.rows[grams]]).tolist():
                    if (i := heaviest.pop(int(grams[begin]), None)) is not None:
                        found.append((float(weights[i]), begin, begin + width, round(math.exp(counts[i] - 1)), kind))
        clues: list[Clue] = []
        taken = np.zeros(len(tokens), bool)
        spans = features.places(text, tokens)
        for weight, begin, end, count, kind in sorted(found, key=lambda f: -abs(f[0])):
            if taken[begin:end].any() or not _says_something(tokens[begin:end], self.lang):
                continue
            taken[begin:end] = True
            start, stop = spans[begin][0], spans[end - 1][1]
            what = "turn of phrase" if kind == "word" else "pattern of function words and endings"
            notes = ["any name"] * any(t.lower() in self._lexicon.names for t in tokens[begin:end]) + [f"{count} times"] * (count > 1)
            times = f" ({', '.join(notes)})" if notes else ""
            side = f"{'more' if weight > 0 else 'less'} frequent in {_SIDES[winner]}"
            shown = " ".join(text[start:stop].split())
            clues.append(Clue(start, stop, "phrase" if kind == "word" else "habit", f"“{shown}”{times}: {what} {side}", round(weight, 3)))
            if len(clues) == most:
                break
        return tuple(clues)

    def _why(self, label: str, probabilities: dict[str, float], words: int) -> str:
        shown = ", ".join(f"{name} {value:.0%}" for name, value in probabilities.items())
        unit = "characters" if self.lang in ("zh", "ja") else "words"
        count = words * 2 if unit == "characters" else words
        if label == "inconclusive":
            return f"the text alone does not tell ({shown}; {count} {unit})"
        return f"reads like {_SIDES[label]} ({shown}; {count} {unit})"


MOSTLY_ORIGINAL = 0.7
"""No source language is named from this probability of an original."""
LEAST_WEIGHT = 0.01
"""In nats; what adds less is not worth a reader's time."""


def _misspelt(text: str, found: tuple[Slip, ...], winner: str) -> tuple[Clue, ...]:
    """The misspelt words as clues."""
    from tqcheck.provenance.calibration import MOST_SLIPS, SLIP

    weight = -SLIP if winner == "machine" else SLIP
    return tuple(
        Clue(s.start, s.end, "slip", f"“{text[s.start : s.end]}” ({s.meant}): misspelt as people misspell, which machine translation hardly ever does", weight)
        for s in found[:MOST_SLIPS]
    )


def _says_something(tokens: list[str], lang: str) -> bool:
    """Whether a reader can see something in these tokens: two words, a longer word, or two characters."""
    words = [t for t in tokens if t[0].isalpha()]
    return len(words) > 1 or (lang not in ("zh", "ja") and any(len(w) > 3 for w in words))


_SIDES = {
    "machine": "machine translation", "human": "human translation", "human-translation": "human translation",
    "original": "text that is not a translation", "translation": "a translation, by whom is not clear",
}  # fmt: skip
_LABELS: dict[str, Label] = {
    "machine": "machine", "human-translation": "human-translation", "translation": "translation", "original": "original",
    "inconclusive": "inconclusive",
}  # fmt: skip


def style_inputs(style: NDArray[np.float32], mean: NDArray[np.float32], spread: NDArray[np.float32]) -> NDArray[np.float32]:
    """Habits as the judges of style take them: distance from the mean in spreads, clipped, and its square."""
    import numpy as np

    distance = np.clip((style - mean) / spread, -3, 3)
    return np.concatenate((distance, (distance**2 - 1) / 2), -1).astype(np.float32)


def shift(equal: NDArray[np.float64], prior: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Log probabilities under other priors; classes without one share what is left equally."""
    import numpy as np

    from tqcheck.provenance import calibration

    if not prior:
        return equal
    unknown = set(prior) - set(calibration.CLASSES)
    total = sum(prior.values())
    if unknown or total <= 0 or min(prior.values()) < 0 or (len(prior) < 3 and total >= 1):
        raise ConfigError(f"provenance prior: shares of {', '.join(calibration.CLASSES)} between 0 and 1 are wanted, not {dict(prior)!r}")
    rest = (1 - total) / max(1, 3 - len(prior)) if len(prior) < 3 else 0.0
    shares = np.array([max(prior.get(name, rest), 1e-9) for name in calibration.CLASSES])
    moved: NDArray[np.float64] = calibration.normalised((equal + np.log(shares))[None])[0]
    return moved


class Judges:
    """The models in use: the shipped ones, and a user's own in place of that of its language."""

    def __init__(self, path: str | Path | None = None) -> None:
        self._loaded: dict[str, Detector | None] = {}
        if path is not None:
            own = _read(Path(path))
            self._loaded[own.lang] = own

    @property
    def signature(self) -> str:
        """Names and data hashes of all models that may speak, without loading them; a user's own first."""
        own = [detector.signature for detector in self._loaded.values() if detector is not None and not detector.card.name.startswith("tqcheck")]
        return "; ".join([*own, _shipped()])

    def detector(self, lang: str) -> Detector | None:
        if lang not in self._loaded:
            with _LOCK:
                if lang not in self._loaded:
                    self._loaded[lang] = _shipped_detector(lang)
        return self._loaded[lang]

    def judge(
        self, text: str, lang: str | None, prior: Mapping[str, float] | None = None, max_false_accusations: float | None = None,
        copied: float = 0.0,
    ) -> Judgement | None:  # fmt: skip
        """The provenance of one article's body, without furniture; None for a language that was not learnt.

        lang: BCP 47, only its language counts. prior: shares of machine, human, original among the texts that come;
        they shift the probabilities and can only make the label "machine" rarer. max_false_accusations: highest share
        of human translations called machine, .005 to .15, in place of .04. copied: nats by which expressions copied from
        one other language speak for a translation.
        """
        detector = self.detector((lang or "").split("-")[0])
        return detector.judge(text, prior, max_false_accusations, copied) if detector else None


@functools.cache
def _shipped_detector(lang: str) -> Detector | None:
    if not lang.isalpha():
        return None
    resource = files(__package__) / "data" / f"{lang}.npz"
    if not resource.is_file():
        return None
    with resource.open("rb") as file:
        return Detector(file)


@functools.cache
def _shipped() -> str:
    resource = files(__package__) / "data" / "models.json"
    return str(json.loads(resource.read_text("utf-8"))["signature"]) if resource.is_file() else "no shipped models"


def _read(path: Path) -> Detector:
    try:
        with path.open("rb") as file:
            return Detector(file)
    except ConfigError:
        raise
    except OSError as error:
        raise ConfigError(f"provenance model {path}: cannot be read: {error.strerror}") from None
    except Exception as error:
        raise ConfigError(f"provenance model {path}: not a file made by `tqcheck train provenance`: {error}") from None


@functools.cache
def load(path: str | Path | None = None) -> Judges:
    """The shipped models, or those with a user's own from `path` (`tqcheck train provenance`). Raises ConfigError."""
    return Judges(path)


def judge(
    text: str, lang: str | None, prior: Mapping[str, float] | None = None, max_false_accusations: float | None = None
) -> Judgement | None:
    """`Judges.judge` of the shipped models."""
    return load().judge(text, lang, prior, max_false_accusations)
