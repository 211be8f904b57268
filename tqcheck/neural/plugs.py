"""The models that the settings name, for the flow: each loaded on first use, once, and what fails costs only its own result."""
from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import structs

from tqcheck.config import ModelName, Settings
from tqcheck.errors import MissingExtra, TqcheckError
from tqcheck.model import (
    Document,
    Evidence,
    Finding,
    PassageScore,
    Provenance,
    Related,
    RuleStatus,
    Scores,
    Segmentation,
    Surprisal,
)

if TYPE_CHECKING:
    from tqcheck.neural.confidence import Curve

OPINION, LOW_RATED = "model-opinion", "low-rated-passage"
"""The rules of what the judge finds, and of passages that a metric rates low."""
FAMILY = {
    "neural-detector": "provenance", "neural-surprisal": "provenance", "neural-metric": "reference", "neural-similarity": "reference",
    "neural-roundtrip": "quotations", "neural-entities": "names", OPINION: "accuracy", LOW_RATED: "reference",
}  # fmt: skip
QUOTED = "back-translated-quotation"
_log = logging.getLogger("tqcheck.neural")


class Body(Protocol):
    """The prose of one article, and the way back to the document."""

    @property
    def text(self) -> str: ...
    def place(self, start: int, end: int) -> tuple[int, int]: ...


class Link(Protocol):
    """A passage of the text and its counterpart in the source."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def ref_start(self) -> int: ...
    @property
    def ref_end(self) -> int: ...


class Plugs:
    """All plugs of a checker. Thread-safe. A model that cannot be loaded is not tried again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.neural
        self.judging = settings.judge
        self.selective = bool(settings.select)
        self._loaded: dict[object, Any] = {}
        self._lock = threading.Lock()

    def visit(self, statuses: dict[str, RuleStatus]) -> Visit:
        """What the plugs do for one document; how each fared goes to `statuses`."""
        return Visit(self, statuses)

    def get(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` makes, kept under `key`; its failure is kept too."""
        with self._lock:
            if key not in self._loaded:
                try:
                    self._loaded[key] = make()
                except Exception as error:
                    self._loaded[key] = error
            found = self._loaded[key]
        if isinstance(found, Exception):
            raise found
        return found

    def names(self) -> list[tuple[str, ModelName]]:
        """Plug and model of everything the settings name."""
        s = self.settings
        single = [(name, getattr(s, name)) for name in ("detector", "surprisal", "entities", "similarity")]
        return [
            *((name, model) for name, model in single if model is not None),
            *(("metric", model) for model in s.metric),
            *((f"roundtrip {direction}", model) for direction, model in sorted(s.roundtrip.items())),
        ]

    def signature(self) -> list[str]:
        """Name, revision, hash and licence of every model, for the report's signature."""
        from tqcheck.neural import loading

        parts = []
        for plug, model in self.names():
            try:
                card = self.get(("card", plug, model), partial(loading.card, model, self.settings))
                parts.append(f"{plug}:{card.signature}")
            except Exception:
                parts.append(f"{plug}:{loading.settings_of(model).model} (not loaded)")
        if self.judging.endpoint:
            parts.append(f"judge:{self.judging.model}")
        return parts


class Visit:
    """One document's way past the plugs, stage by stage: `name`, `provenances`, `scores`, `findings`.

    Each hands on what it was given, with what its plugs add; notes and surprisal gather on the way.
    """

    def __init__(self, plugs: Plugs, statuses: dict[str, RuleStatus]) -> None:
        self.plugs = plugs
        self.settings = plugs.settings
        self.statuses = statuses
        self.notes: list[str] = []
        self.surprisal: tuple[Surprisal, ...] = ()
        self.low: dict[tuple[int, int], Finding] = {}
        """Passages that a metric rates low, by place."""

    @contextlib.contextmanager
    def _guard(self, plug: str) -> Iterator[None]:
        """Turns whatever goes wrong into the plug's status."""
        try:
            yield
        except MissingExtra as error:
            self._status(plug, "needs neural", str(error))
        except _NotNeeded as error:
            self._status(plug, error.status, str(error))
        except TqcheckError as error:
            self._status(plug, "failed", str(error))
        except Exception as error:
            _log.debug("%s failed", plug, exc_info=True)
            self._status(plug, "failed", f"{type(error).__name__}: {str(error)[:300]}")
        else:
            self._status(plug, "ran", "")

    def _status(self, plug: str, status: str, why: str) -> None:
        """The worst that a plug has met stays: one of two metrics may have failed."""
        before = self.statuses.get(plug)
        if before is None or before.status == "ran":
            self.statuses[plug] = RuleStatus(plug, FAMILY[plug], status, why)

    def _licence(self, model: Any) -> None:
        card = model.card
        if card.non_commercial:
            self._note(f"{card.name}: licence {card.licence}: not for commercial use")

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    # -- the plugs ----------------------------------------------------------------------------------------------------

    def name(self, case: Any) -> None:
        """Adds to a case's `mentions`, the names in its `text`, those of the `entities` model."""
        name = self.settings.entities
        if name is None:
            return
        with self._guard("neural-entities"):
            from tqcheck.neural import entities

            finder = self.plugs.get(("entities", name), partial(entities.Finder, name, self.settings))
            self._licence(finder.model)
            case.mentions = entities.merged(case.mentions, finder.find(case.text), case.text)

    def provenances(
        self, read: tuple[Provenance, ...], bodies: Sequence[Body], langs: Sequence[str | None], beside: str
    ) -> tuple[Provenance, ...]:
        """The provenances with what the `detector` and `surprisal` models make of the articles. langs: the articles' languages;
        beside: signature of the linear detector that read them first."""
        return self._surprised(self._detected(read, bodies, langs, beside), bodies)

    def _detected(
        self, read: tuple[Provenance, ...], bodies: Sequence[Body], langs: Sequence[str | None], beside: str
    ) -> tuple[Provenance, ...]:
        name = self.settings.detector
        if name is None:
            return read
        with self._guard("neural-detector"):
            from tqcheck.neural import detector

            model = self.plugs.get(("detector", name), partial(detector.Detector, name, self.settings))
            self._licence(model.model)
            wanted = [n for n, (body, lang) in enumerate(zip(bodies, langs, strict=True)) if body.text.strip() and model.reads(lang)]
            if not wanted and any(body.text.strip() for body in bodies):
                raise _NotNeeded("not covered for this language", f"{model.model.card.name} has learnt {model.lang} alone")
            card = model.model.card
            stack = model.stack if model.stack is not None and model.stack.beside == beside else None
            if model.stack is not None and stack is None:
                self._note(f"{card.name} was weighed beside another provenance model and gives evidence alone; `tqcheck train provenance DATA.jsonl --detector {card.wanted.model}` weighs it anew")
            readings = dict(zip(wanted, model.read([bodies[n].text for n in wanted]), strict=True))
            read = tuple(
                detector.joined(p, readings[n], card.name, stack, [_placed(bodies[n], w.start, w.end) for w in readings[n].windows]) if n in readings else p
                for n, p in enumerate(read)
            )
        return read

    def _surprised(self, read: tuple[Provenance, ...], bodies: Sequence[Body]) -> tuple[Provenance, ...]:
        name = self.settings.surprisal
        if name is None:
            return read
        with self._guard("neural-surprisal"):
            from tqcheck.neural import surprisal

            model = self.plugs.get(("surprisal", name), partial(surprisal.LanguageModel, name, self.settings))
            self._licence(model.model)
            strips: list[Surprisal] = []
            found = list(read)
            for n, body in enumerate(bodies):
                tokens = model.read(body.text)
                strips += [Surprisal(*_placed(body, t.start, t.end), t.bits) for t in tokens]
                figures = surprisal.profile(tokens)
                if figures is not None and body.text:
                    told = f"{figures.bits_per_character:.2f} bits per character to {model.model.card.name} (± {figures.spread:.2f} between passages)"
                    found[n] = structs.replace(found[n], evidence=(*found[n].evidence, Evidence("surprisal", told)))
            self.surprisal = tuple(strips)
            read = tuple(found)
        return read

    def likeness(self) -> Callable[[Sequence[str], Sequence[str]], Any] | None:
        """Sentences of two texts → features that good pairs of them share, for the aligner; None without a `similarity` model."""
        name = self.settings.similarity
        if name is None:
            return None

        def shared(text: Sequence[str], other: Sequence[str]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
            found: tuple[list[dict[str, float]], list[dict[str, float]]] = [{} for _ in text], [{} for _ in other]
            with self._guard("neural-similarity"):
                from tqcheck.neural import similarity

                model = self.plugs.get(("similarity", name), partial(similarity.Embedder, name, self.settings))
                self._licence(model.model)
                try:
                    found = model.shared(text, other)
                except similarity.Stranger as error:
                    raise _NotNeeded("not covered for this language", str(error)) from None
            return found

        return shared

    def scores(self, scores: Scores, document: Document, links: Callable[[], Sequence[Link]]) -> Scores:
        """The scores with those of the `metric` models.

        links: the passages of the text and of the source that go together. With references, every aligned passage is
        scored (with the source's words beside it, where they are known); without, the links to the source are, and the
        document's figure is their mean by length.
        """
        if not self.settings.metric or (not document.references and document.source is None):
            if self.settings.metric:
                self._status("neural-metric", "needs references", "no reference and no source was given")
            return scores
        paired = _once(links) if document.source is not None else tuple
        for name in self.settings.metric:
            with self._guard("neural-metric"):
                from tqcheck.neural import metric

                model = self.plugs.get(("metric", name), partial(metric.load, name, self.settings))
                self._licence(model.model)
                scores = self._scored(scores, document, model, paired())
        return scores

    def _scored(self, scores: Scores, document: Document, model: Any, links: Sequence[Link]) -> Scores:
        from tqcheck.neural import confidence, metric

        title = model.model.card.name.rsplit("/", 1)[-1]
        signature = f"{model.kind}|{model.model.card.signature}|windows:{model.model.limit}|scale:0-100"
        places = scores.passages or scores.against_source or tuple(PassageScore(k.start, k.end, -1, k.ref_start, k.ref_end) for k in links)
        passages = [
            metric.Passage(document.text[p.start : p.end], (document.source or "")[p.ref_start : p.ref_end]) if p.reference < 0
            else metric.Passage(document.text[p.start : p.end], _source(document, links, p.start, p.end), document.references[p.reference].text[p.ref_start : p.ref_end])
            for p in places
        ]  # fmt: skip
        kept = [n for n, p in enumerate(passages) if model.needs(p) is None]
        if not kept:
            missing = next((model.needs(p) for p in passages), None)
            raise _NotNeeded(f"needs {'source' if missing == 'source' else 'references'}", f"{title} needs the {missing or 'passages that align'}")
        rated = dict(zip(kept, metric.rate(model, [passages[n] for n in kept]), strict=True))
        known = confidence.curves(model)
        places = tuple(
            structs.replace(p, scores={**p.scores, title: rated[n]}, confidence=_with_curve(p.confidence, title, rated[n], known.get(confidence.beside(passages[n])))) if n in rated else p
            for n, p in enumerate(places)
        )  # fmt: skip
        for n in kept if known else ():
            curve = known.get(confidence.beside(passages[n]))
            if curve is not None and curve.at(rated[n]) > curve.objected:
                self._low_rated(document, places[n], title, rated[n], curve.at(rated[n]))

        def mean(chosen: Sequence[int]) -> float:
            return sum(rated[n] * len(passages[n].candidate) for n in chosen) / sum(len(passages[n].candidate) for n in chosen)

        if scores.passages:
            by_reference = list(scores.by_reference)
            for r in range(len(by_reference)):
                if own := [n for n in kept if places[n].reference == r]:
                    by_reference[r] = {**by_reference[r], title: mean(own)}
            best = next((r for r, figures in enumerate(scores.by_reference) if figures == scores.document), 0)
            figure = by_reference[best].get(title) if by_reference else None
            scores = structs.replace(scores, passages=places, by_reference=tuple(by_reference))
        else:
            figure = mean(kept)
            scores = structs.replace(scores, against_source=places)
        if figure is None:
            return scores
        return structs.replace(scores, document={**scores.document, title: figure}, signatures={**scores.signatures, title: signature})

    def _low_rated(self, document: Document, place: PassageScore, title: str, figure: float, sure: float) -> None:
        """Keeps a passage that editors mostly object to where a metric rates it so; of several metrics the surest speaks."""
        before = self.low.get((place.start, place.end))
        if before is not None and before.confidence >= sure:
            return
        other = document.source if place.reference < 0 else document.references[place.reference].text
        self.low[place.start, place.end] = Finding(
            rule=LOW_RATED, family=FAMILY[LOW_RATED], category="accuracy/mistranslation", severity="minor", start=place.start, end=place.end,
            text=document.text[place.start : place.end], confidence=sure,
            message=f"{title} rates this passage {figure:.0f} of 100; editors objected to {sure:.0%} of those rated so: compare it with the {'source' if place.reference < 0 else 'reference'}",
            evidence=(f"{title}: {figure:.1f} of 100",),
            related=(Related("source" if place.reference < 0 else "reference", max(0, place.reference), place.ref_start, place.ref_end, (other or "")[place.ref_start : place.ref_end]),),
        )  # fmt: skip

    def findings(self, found: list[Finding], document: Document, segmentation: Segmentation, provenances: Sequence[Provenance]) -> list[Finding]:
        """The findings with the evidence of round trips, and where everything was asked for with those of metrics and the judge."""
        found = self._round_trips(found, provenances, segmentation)
        return found if self.plugs.selective else [*found, *self.low.values(), *self._opinions(document, segmentation)]

    def _round_trips(self, found: list[Finding], provenances: Sequence[Provenance], segmentation: Segmentation) -> list[Finding]:
        """The findings with the round trip of each quotation that may be a back-translation as evidence."""
        quoted = [n for n, f in enumerate(found) if f.rule == QUOTED]
        if not self.settings.roundtrip or not quoted:
            return found
        with self._guard("neural-roundtrip"):
            from tqcheck.neural import roundtrip

            lang = (segmentation.lang or "").split("-")[0]
            through: dict[str, list[int]] = {}
            for n in quoted:
                at = next((k for k, a in enumerate(segmentation.articles) if a.start <= found[n].start < a.end), 0)
                source = provenances[at].source_lang if provenances else None
                if source and f"{lang}-{source}" in self.settings.roundtrip:
                    through.setdefault(source, []).append(n)
            if not through:
                raise _NotNeeded("needs source", f"no pair of models for {lang or 'this language'} and the language it was translated from")
            found = list(found)
            for source, own in through.items():
                trip = self.plugs.get(("roundtrip", lang, source), partial(roundtrip.RoundTrip, lang, source, self.settings))
                self._licence(trip.out.model)
                self._licence(trip.back.model)
                for n, (back, alike) in zip(own, trip.likeness([found[n].text for n in own]), strict=True):
                    told = f"through {source} and back: “{back[:200]}” (chrF {alike:.0f})"
                    found[n] = structs.replace(found[n], evidence=(*found[n].evidence, told))
        return found

    def _opinions(self, document: Document, segmentation: Segmentation) -> list[Finding]:
        """What the judge finds in the articles."""
        settings = self.plugs.judging
        if settings.endpoint is None:
            return []
        found: list[Finding] = []
        with self._guard(OPINION):
            from tqcheck.neural import judge

            asked = self.plugs.get("judge", partial(judge.Judge, settings))
            for article in segmentation.articles:
                said = asked.judge(
                    document.text[article.start : article.end], article.lang or segmentation.lang,
                    document.source if len(segmentation.articles) == 1 else None, document.source_lang, article.start,
                )  # fmt: skip
                found += said.findings
                self.notes.append(said.in_words(settings.model))
        return found


class _NotNeeded(Exception):
    """A plug that had nothing to work with: not a failure."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


def _placed(body: Body, start: int, end: int) -> tuple[int, int]:
    """A span of a body in the document, whose end may lie in a later block than its start."""
    return body.place(start, start)[0], body.place(max(start, end - 1), end)[1]


def _source(document: Document, links: Sequence[Link], start: int, end: int) -> str | None:
    """The source's words beside a passage of the text: from the first to the last that its links reach."""
    own = [k for k in links if k.start < end and start < k.end]
    if not own or document.source is None:
        return None
    return document.source[min(k.ref_start for k in own) : max(k.ref_end for k in own)]


def _with_curve(before: dict[str, float], title: str, figure: float, curve: Curve | None) -> dict[str, float]:
    return before if curve is None else {**before, title: curve.at(figure)}


def _once(make: Callable[[], Sequence[Link]]) -> Callable[[], Sequence[Link]]:
    kept: list[Sequence[Link]] = []

    def get() -> Sequence[Link]:
        if not kept:
            kept.append(make())
        return kept[0]

    return get
