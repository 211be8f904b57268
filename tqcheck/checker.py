"""The whole flow: read ▶ segment ▶ checks of the text ▶ provenance ▶ scoring ▶ checks that need these ▶ findings ▶ gate ▶ report."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from tqcheck import __version__, findings, gate
from tqcheck.checks import coverage, phrasing, quotations
from tqcheck.checks.case import Case
from tqcheck.checks.registry import CHECKS, RULES
from tqcheck.checks.rule import FAMILIES, Rule
from tqcheck.checks.selection import selected, status
from tqcheck.config import Settings, load
from tqcheck.errors import ConfigError, TqcheckError
from tqcheck.findings import suppression
from tqcheck.lang import canonical, no_language, word_count
from tqcheck.model import (
    Article,
    Document,
    Finding,
    Outcome,
    Person,
    Provenance,
    Reference,
    Report,
    RuleStatus,
    Scores,
    Segmentation,
    Surprisal,
)
from tqcheck.names.people import people
from tqcheck.names.roster import Roster
from tqcheck.neural.plugs import LOW_RATED, OPINION, Plugs, Visit
from tqcheck.provenance import verdict
from tqcheck.segment import segment

if TYPE_CHECKING:
    from tqcheck.segment.alignment import Link

NOTHING = Outcome("incomplete", ("there is no article in it, only page furniture",))
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,6}")
LATE = frozenset({"provenance", "scores"})


class Checker:
    """Checks articles. Reusable and thread-safe; what it needs is loaded on first use and kept.

    config: dict with the keys of `[tool.tqcheck]`, the path of a TOML file, or None for the defaults.
    people: tqcheck.Person values; they win over the shipped register. Raises ConfigError.
    """

    def __init__(self, config: dict[str, Any] | str | Path | Settings | None = None, people: Iterable[Person] | None = None) -> None:
        self.settings = load(config)
        self.people = tuple(people or ())
        self.roster = Roster(self.people, self.settings.names.register, self.settings.names.people)
        self.selected = selected(self.settings)
        self.plugs = Plugs(self.settings)
        self.decisions = suppression.read(self.settings.baseline, self.settings.suppress)

    def check(
        self,
        text: str | Document,
        lang: str | None = None,
        source: str | None = None,
        source_lang: str | None = None,
        references: str | Reference | Sequence[str | Reference] = (),
    ) -> Report:
        """Check one article.

        text: the article, or a Document from `tqcheck.read`; what is given here wins over what the document says.
        lang, source_lang: BCP 47; None: identified. source: the original text. references: translations of the same
        original or other coverage. Raises TypeError on anything but text; a Document that could not be read gives a
        Report with `.error`.
        """
        document = _document(text, lang or self.settings.lang, source, source_lang, references)
        if document.error is not None:
            return self._unreadable(document)
        document = verdict.with_carried_original(document)
        segmentation = segment(document.text, document.lang, document.format)
        case = Case(
            document.text, segmentation, self.roster, self.settings,
            source=document.source, source_lang=document.source_lang, references=document.references,
        )  # fmt: skip
        statuses = {rule.name: status(rule, case, self.selected) for rule in RULES.values()}
        neural = self.plugs.visit(statuses)
        neural.name(case)
        found = list(self._run(case, statuses, late=False))
        provenances = self._provenances(document, segmentation, case, neural)
        scores = self._scores(document, segmentation, neural)
        case = case.with_results(provenances, scores)
        found.extend(self._run(case, statuses, late=True))
        found = neural.findings(found, document, segmentation, provenances)
        kept = findings.arrange(found, document, min_confidence=self.settings.min_confidence, **self._as_configured(document, case, provenances))
        kept, notes = suppression.suppress(kept, document, self.decisions, (*RULES, *FAMILIES, OPINION, LOW_RATED))
        report = self._report(document, segmentation, provenances, scores, kept, tuple(statuses.values()), (*notes, *neural.notes), neural.surprisal)
        if self.settings.select:
            return report
        # what an editor verifies is not worth the time where only some rules were asked for
        named = people(case.mentions, self.roster, kept)
        shared = coverage.pooled(case, named) if "coverage" in scores.kinds else ()
        return structs.replace(report, people=named, quotations=quotations.listed(case, kept), shared=shared)

    def check_all(self, documents: Iterable[str | Document], jobs: int = 1) -> Iterator[Report]:
        """Check many, lazily and in order. jobs: processes. A document that cannot be read or checked becomes a Report with `.error`."""
        if jobs > 1:
            from tqcheck.workers import check_in_parallel

            yield from check_in_parallel(self.settings, self.people, documents, jobs)
            return
        for document in documents:
            yield self.check_safely(document)

    def check_safely(self, document: str | Document) -> Report:
        """Like `check`, but whatever goes wrong is in `.error`, so that a batch goes on."""
        try:
            return self.check(document)
        except TqcheckError as error:
            name = document.name if isinstance(document, Document) else "<text>"
            message = f"{name}: {error}"
            return Report(text="", lang=None, signature=self.signature(), document=Document(text="", name=name, error=message), error=message)
        except Exception as error:
            name = document.name if isinstance(document, Document) else "<text>"
            text = document.text if isinstance(document, Document) else ""
            message = f"{name}: internal error: {type(error).__name__}: {error}; please report it"
            return Report(
                text=text, lang=None, signature=self.signature(), document=Document(text=text, name=name, error=message), error=message
            )

    # -- the stages ---------------------------------------------------------------------------------------------------

    def _run(self, case: Case, statuses: dict[str, RuleStatus], *, late: bool) -> Iterator[Finding]:
        for check in CHECKS:
            wanted = {rule.name for rule in check.rules if statuses[rule.name].status == "ran" and _is_late(rule) == late}
            if not wanted:
                continue
            try:
                yield from [f for f in check.run(case) if f.rule in wanted]
            except Exception as error:
                for name in wanted:
                    statuses[name] = RuleStatus(name, RULES[name].family, "failed", f"{type(error).__name__}: {error}")

    def _provenances(self, document: Document, segmentation: Segmentation, case: Case, neural: Visit) -> tuple[Provenance, ...]:
        if not self._needs("provenance"):
            return tuple(Provenance(why="not asked for") for _ in segmentation.articles)
        read = verdict.judge(document, segmentation, phrasing.telling(case), self.settings.provenance)
        bodies = [verdict.body(document.text, segmentation.segments, n) for n in range(len(read))]
        langs = [a.lang or segmentation.lang for a in segmentation.articles]
        return neural.provenances(read, bodies, langs, verdict.signature(self.settings.provenance))

    def _scores(self, document: Document, segmentation: Segmentation, neural: Visit) -> Scores:
        if not self._needs("scores") or not (document.references or self.settings.neural.metric):
            return Scores()
        from tqcheck.scoring import score
        from tqcheck.segment.alignment import align
        from tqcheck.segment.bilingual import align_source

        lang = segmentation.lang
        divided = [(r.text, segment(r.text, r.lang or lang)) for r in document.references]
        ter = {"auto": None, "always": True, "never": False}[self.settings.ter]
        scores = score(document.text, align(document.text, segmentation, divided), document.references, lang, ter=ter) if divided else Scores()

        def links() -> Sequence[Link]:
            source = document.source or ""
            return align_source(document.text, segmentation, source, segment(source, document.source_lang), neural.likeness())

        return neural.scores(scores, document, links)

    def _as_configured(self, document: Document, case: Case, provenances: tuple[Provenance, ...]) -> dict[str, Any]:
        """Severities and rules left out for this article: the overrides that fit its path and languages, the later over the earlier."""
        source_lang = document.source_lang or (provenances[0].source_lang if provenances else None)
        fitting = [o for o in self.settings.override if o.fits(document.name, case.base, source_lang)]
        severity = dict(self.settings.severity)
        for override in fitting:
            severity |= override.severity
        return {"severity": severity, "ignore": frozenset(name for o in fitting for name in o.ignore)}

    def _needs(self, stage: str) -> bool:
        """Whether a rule that was selected needs this stage's result. Without `select` all stages run: the gate needs them."""
        return not self.settings.select or any(stage in RULES[name].needs for name in self.selected)

    def _report(
        self, document: Document, segmentation: Segmentation, provenances: tuple[Provenance, ...], scores: Scores,
        kept: tuple[Finding, ...], statuses: tuple[RuleStatus, ...], notes: tuple[str, ...], surprisal: tuple[Surprisal, ...],
    ) -> Report:  # fmt: skip
        articles = []
        for number, span in enumerate(segmentation.articles):
            words = word_count(verdict.body(document.text, segmentation.segments, number).text, segmentation.lang)
            following = segmentation.articles[number + 1].start if number + 1 < len(segmentation.articles) else len(document.text) + 1
            mine = tuple(f for f in kept if (span.start if number else 0) <= f.start < following)
            outcome = gate.decide(provenances[number], mine, words, self.settings.gate, statuses)
            articles.append(
                Article(span.start, span.end, span.title, span.byline, span.lang, words, provenances[number], mine, outcome)
            )
        return Report(
            text=document.text,
            lang=segmentation.lang,
            signature=self.signature(),
            provenance=verdict.overall(provenances, [a.words for a in articles]),
            articles=tuple(articles),
            findings=kept,
            scores=scores,
            outcome=gate.worst([a.outcome for a in articles]) if articles or not document.text.strip() else NOTHING,
            checks=statuses,
            segments=segmentation.segments,
            document=document,
            notes=notes,
            surprisal=surprisal,
        )

    def _unreadable(self, document: Document) -> Report:
        return Report(text="", lang=None, signature=self.signature(), document=document, error=document.error)

    def signature(self) -> str:
        """How the figures of a report were made: version, models, thresholds, seed."""
        parts = [f"tqcheck:{__version__}", f"rules:{len(self.selected)}", f"min-confidence:{self.settings.min_confidence:g}"]
        if self._needs("provenance"):
            parts.append(verdict.signature(self.settings.provenance))
        return "|".join([*parts, *self.plugs.signature()])


def _is_late(rule: Rule) -> bool:
    return not LATE.isdisjoint(rule.needs)


def _document(
    text: str | Document, lang: str | None, source: str | None, source_lang: str | None,
    references: str | Reference | Sequence[str | Reference],
) -> Document:  # fmt: skip
    """The document to check, with what the caller knows in place of what the document says."""
    if isinstance(text, str):
        text = Document(text=text)
    elif not isinstance(text, Document):
        raise TypeError(f"Checker.check: `text` should be a string or a tqcheck.Document, not {type(text).__name__}")
    for name, value in (("lang", lang), ("source", source), ("source_lang", source_lang)):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"Checker.check: `{name}` should be a string, not {type(value).__name__}")
    for name, code in (("lang", lang or text.lang), ("source_lang", source_lang or text.source_lang)):
        if code and not LANGUAGE.fullmatch(code):
            raise ConfigError(f"{name}: {code!r} is no language code (BCP 47, such as en, ru or pt-BR)")
    for name, asked in (("lang", lang), ("source_lang", source_lang)):
        if asked and (why := no_language(asked)):
            raise ConfigError(f"{name}: {why}")
    if isinstance(references, str | Reference):
        references = (references,)
    given = tuple(r if isinstance(r, Reference) else Reference(r) for r in references)
    said, said_source = lang or text.lang, source_lang or text.source_lang
    return structs.replace(
        text,
        lang=canonical(said) if said else None,
        source=source or text.source,
        source_lang=canonical(said_source) if said_source else None,
        references=given or text.references,
    )
