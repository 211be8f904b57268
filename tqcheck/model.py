"""The words of the product as frozen values. Imports nothing of ours; every stage takes and returns these.

All offsets are half-open, in code points of the text that is checked (`Report.text`), unless a field says otherwise.
"""
from __future__ import annotations

from typing import Any, Literal

import msgspec

Severity = Literal["neutral", "minor", "major", "critical"]
Label = Literal["machine", "human-translation", "translation", "original", "inconclusive"]
Verdict = Literal["pass", "fail", "incomplete"]
Kind = Literal["headline", "byline", "credit", "caption", "paragraph", "furniture"]


class Value(msgspec.Struct, frozen=True):
    """Base of all values: immutable, comparable, readable when printed."""


class Person(Value, frozen=True):
    """Somebody (or some place or organisation) whose right name is known.

    name: as the text should write it. gender: "male", "female" or None. native: language (BCP 47) → the name as that
    language writes it. aliases: other spellings that are right too. kind: "person", "place" or "organisation".
    """

    name: str
    gender: str | None = None
    native: dict[str, str] = {}
    aliases: tuple[str, ...] = ()
    kind: str = "person"
    role: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"Person: `name` should be a name, not {self.name!r}")
        if self.gender not in (None, "male", "female"):
            raise ValueError(f'Person {self.name!r}: `gender` should be "male", "female" or None, not {self.gender!r}')
        if self.kind not in ("person", "place", "organisation"):
            raise ValueError(f'Person {self.name!r}: `kind` should be "person", "place" or "organisation", not {self.kind!r}')
        if isinstance(self.aliases, str):
            raise ValueError(f"Person {self.name!r}: `aliases` should be a sequence of names, not one string")
        msgspec.structs.force_setattr(self, "aliases", tuple(self.aliases))


class Reference(Value, frozen=True):
    """A text to compare with: a translation of the same original, or other coverage of the same event.

    kind: "translation", "coverage", or "auto" (decided by how much of both texts aligns).
    """

    text: str
    kind: str = "auto"
    lang: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"Reference: `text` should be a string, not {type(self.text).__name__}")
        if self.kind not in ("auto", "translation", "coverage"):
            raise ValueError(f'Reference: `kind` should be "auto", "translation" or "coverage", not {self.kind!r}')


class Document(Value, frozen=True):
    """An article as it was read: what is checked, what is known about it, and the way back to the file.

    page: the decoded file where `text` was extracted from it (HTML, JSONL …), None where `text` is the file itself.
    raw: runs (start in text, end in text, start in page), ascending; where a run's text equals the page's characters
    one for one. None: `text` is the decoded file. notes: oddities of the input, in words (encoding, NUL bytes …).
    error: why there is no text; such a document becomes a report with `.error`.
    """

    text: str
    name: str = "<text>"
    lang: str | None = None
    source: str | None = None
    source_lang: str | None = None
    references: tuple[Reference, ...] = ()
    url: str | None = None
    format: str = "text"
    encoding: str | None = None
    page: str | None = None
    raw: tuple[tuple[int, int, int], ...] | None = None
    notes: tuple[str, ...] = ()
    meta: dict[str, Any] = {}
    error: str | None = None


class Span(Value, frozen=True):
    start: int
    end: int


class Segment(Value, frozen=True):
    """One block of a page: a headline, a paragraph, a menu line. article: index into the articles, None for furniture between them."""

    start: int
    end: int
    kind: Kind
    lang: str | None = None
    article: int | None = None
    sentences: tuple[Span, ...] = ()


class ArticleSpan(Value, frozen=True):
    """Where one article of a page stands, with the headline and byline found for it (text, not offsets)."""

    start: int
    end: int
    title: str | None = None
    byline: str | None = None
    lang: str | None = None


class Segmentation(Value, frozen=True):
    """What `segment` found: the text's language, its blocks in text order, its articles (at least one where there is text)."""

    lang: str | None
    segments: tuple[Segment, ...] = ()
    articles: tuple[ArticleSpan, ...] = ()


class Evidence(Value, frozen=True):
    """One thing a verdict rests on. weight: natural log of the likelihood ratio it adds for the label (negative: against), or None."""

    kind: str
    message: str
    weight: float | None = None
    start: int | None = None
    end: int | None = None
    supports: str | None = None


class Provenance(Value, frozen=True):
    """Where a text comes from. probabilities: machine, human (translation), original; calibrated at equal priors, sum 1."""

    label: Label = "inconclusive"
    probabilities: dict[str, float] = msgspec.field(
        default_factory=lambda: {"machine": 1 / 3, "human": 1 / 3, "original": 1 / 3}
    )
    source_lang: str | None = None
    source_lang_probabilities: dict[str, float] = {}
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    credited: bool = False


class Related(Value, frozen=True):
    """Another place a finding speaks of: `where` is "text", "source" or "reference"; index: which reference."""

    where: str
    index: int
    start: int
    end: int
    text: str


class Finding(Value, frozen=True, kw_only=True):
    """One problem, exactly placed. confidence: calibrated probability that an editor agrees."""

    rule: str
    family: str
    category: str
    severity: Severity
    start: int
    end: int
    text: str
    message: str
    suggestions: tuple[str, ...] = ()
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    raw: tuple[int, int] | None = None
    fingerprint: str = ""
    suppressed: str | None = None


class NamedPerson(Value, frozen=True):
    """A person the text names. forms: how it writes the name, in order; spans: where; role, gender: what is known ("" and None where nothing)."""

    name: str
    forms: tuple[str, ...]
    spans: tuple[Span, ...]
    role: str = ""
    gender: str | None = None
    known: bool = False


class Quotation(Value, frozen=True):
    """Words in quotation marks that somebody spoke. start, end: with the marks. spoken_in: the language they most likely fell in;
    original: the wording that other coverage gives."""

    start: int
    end: int
    speaker: str | None = None
    spoken_in: str | None = None
    original: str | None = None


class Shared(Value, frozen=True):
    """A fact that the text and other coverage of the event have in common, or several pieces of coverage.

    kind: "person", "figure" or "quotation". text: the person's name, the figure with what it counts, the fullest wording.
    places: where it stands, in the text first, then in the references. references: how many of these have it.
    """

    kind: str
    text: str
    places: tuple[Related, ...]
    references: int


class Surprisal(Value, frozen=True):
    """How surprising a stretch of the text is to a language model, in bits."""

    start: int
    end: int
    bits: float


class PassageScore(Value, frozen=True):
    """An aligned passage: start, end in the text; ref_start, ref_end in reference number `reference`; scores 0–100.

    confidence: for metrics whose figures were measured against editors, how likely one objects to the passage.
    """

    start: int
    end: int
    reference: int
    ref_start: int
    ref_end: int
    scores: dict[str, float] = {}
    confidence: dict[str, float] = {}


class Scores(Value, frozen=True):
    """Agreement with the references. document: metric → figure, {} without references; signatures: metric → how it was made."""

    document: dict[str, float] = {}
    signatures: dict[str, str] = {}
    by_reference: tuple[dict[str, float], ...] = ()
    coverage: tuple[tuple[float, float], ...] = ()
    kinds: tuple[str, ...] = ()
    passages: tuple[PassageScore, ...] = ()
    notes: tuple[str, ...] = ()
    against_source: tuple[PassageScore, ...] = ()
    """What metrics that need no reference make of the passages beside the source: ref_start, ref_end count in it, reference is -1."""

    def _repr_html_(self) -> str:
        """What a notebook shows: the figures, by reference."""
        from tqcheck.report import notebook

        return notebook.scores(self)


class Outcome(Value, frozen=True):
    verdict: Verdict = "pass"
    reasons: tuple[str, ...] = ()


class RuleStatus(Value, frozen=True):
    """Whether a rule ran: status "ran", "not covered for this language", "needs source" …; why: in words."""

    rule: str
    family: str
    status: str
    why: str = ""


class Article(Value, frozen=True):
    """One article of the text, judged on its own. words: its length without furniture."""

    start: int
    end: int
    title: str | None
    byline: str | None
    lang: str | None
    words: int
    provenance: Provenance
    findings: tuple[Finding, ...]
    outcome: Outcome


class Report(Value, frozen=True):
    """Everything `tqcheck` has to say about one document. Findings are in text order."""

    text: str
    lang: str | None
    signature: str
    provenance: Provenance = Provenance()
    articles: tuple[Article, ...] = ()
    findings: tuple[Finding, ...] = ()
    scores: Scores = Scores()
    people: tuple[NamedPerson, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    shared: tuple[Shared, ...] = ()
    outcome: Outcome = Outcome()
    checks: tuple[RuleStatus, ...] = ()
    segments: tuple[Segment, ...] = ()
    document: Document = Document(text="")
    notes: tuple[str, ...] = ()
    surprisal: tuple[Surprisal, ...] = ()
    """Where a language model is configured: its surprise, token by token."""
    error: str | None = None

    def _repr_html_(self) -> str:
        """What a notebook shows: verdict, origin, findings."""
        from tqcheck.report import notebook

        return notebook.report(self)

    def to_dict(self) -> dict[str, Any]:
        """What `tqcheck check --format json` prints (docs/json.md)."""
        from tqcheck.report import json_report

        return json_report.to_dict(self)
