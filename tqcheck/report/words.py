"""The sentences that every report uses, so that they say the same: verdicts, provenance, languages by name."""
from __future__ import annotations

from tqcheck.lang import language_name as language
from tqcheck.model import Provenance, Report

VERDICTS = {"pass": "PASS", "fail": "FAIL", "incomplete": "INCOMPLETE"}
MAY_BE_PUBLISHED = {
    "pass": "May be published: nothing found that the policy forbids.",
    "fail": "Not to be published as it is.",
    "incomplete": "Not decided: a check that the policy requires could not run.",
}


def provenance(p: Provenance) -> str:
    """One sentence: where the text comes from. Says "reads like", except where the page says so itself."""
    source = f" from {language(p.source_lang)}" if p.source_lang else ""
    verb = "Says itself that it is" if p.credited else "Reads like"
    chance = p.probabilities
    translated = chance["machine"] + chance["human"]
    match p.label:
        case "machine":
            sentence = f"{verb} {'a' if p.credited else 'raw'} machine translation{source}"
            sure = chance["machine"]
        case "human-translation":
            sentence, sure = f"{verb} a human translation{source}", chance["human"]
        case "translation":
            sentence, sure = f"{verb} a translation{source}, not clear by whom", translated
        case "original":
            sentence, sure = "Reads like an original text, not a translation", chance["original"]
        case _:
            return "Origin inconclusive" + (f": {p.why}" if p.why else "") + "."
    return sentence + ("." if p.credited else f" (probability {share(sure)}).")


def share(probability: float) -> str:
    """"98%"; never a certainty that no model has."""
    return ">99%" if probability >= 0.995 else "<1%" if probability < 0.005 else f"{probability:.0%}"


def because(p: Provenance) -> str:
    """What the origin rests on, as the rest of a sentence; "" where the sentence about the origin says it already, or there is nothing to say."""
    if not p.why or p.label == "inconclusive":
        return ""
    why = p.why.removeprefix("; ")
    return f"because {why}" if why.startswith("of ") else why


def counts(report: Report) -> str:
    """"2 major and 5 minor findings"."""
    by = [(s, sum(f.severity == s for f in report.findings if f.suppressed is None)) for s in ("critical", "major", "minor", "neutral")]
    parts = [f"{n} {s}" for s, n in by if n]
    if not parts:
        return "no findings"
    listed = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return listed + (" finding" if sum(n for _, n in by) == 1 else " findings")


def unfailing(report: Report) -> str:
    """Why findings that look bad enough did not fail an article that passes; "" where there are none."""
    bad = [f for f in report.findings if f.severity in ("major", "critical") and f.suppressed is None]
    if report.outcome.verdict != "pass" or not bad:
        return ""
    return f"passes all the same: {'these findings are' if len(bad) > 1 else 'this finding is'} not sure enough, or not severe enough, for the policy to fail it"


SHOWN = 6


def shared(report: Report) -> str:
    """"Ann Moor, Piet de Vries; 3,400 passengers; “awaken hope”": what text and coverage have in common; "nothing" where they have not."""
    here = [s for s in report.shared if s.places[0].where == "text"]
    kinds = [[f"“{_short(s.text)}”" if s.kind == "quotation" else s.text for s in here if s.kind == kind] for kind in ("person", "figure", "quotation")]
    return "; ".join(", ".join(k[:SHOWN]) + (f" and {len(k) - SHOWN} more" if len(k) > SHOWN else "") for k in kinds if k) or "nothing"


def _short(text: str) -> str:
    text = " ".join(text.split()).rstrip(",.")
    return text if len(text) <= 60 else text[:57].rsplit(" ", 1)[0] + " …"
