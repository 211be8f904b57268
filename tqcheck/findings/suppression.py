"""Findings that somebody has decided about: comments in the file, review records, a baseline. They stay in the report, marked.

A comment `<!-- tqcheck: ignore RULE, RULE -->` (Markdown, HTML) covers the rest of its line and the block that follows;
`<!-- tqcheck: ignore-file RULE -->` the whole file. A review record is what the editor's page saves. A baseline is what
`tqcheck check --write-baseline` wrote: problems that were there before.
"""
from __future__ import annotations

import collections
import difflib
import itertools
import json
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tqcheck.errors import InputError
from tqcheck.model import Document, Finding

BASELINE = "tqcheck-baseline/1"
REVIEW = "tqcheck-review/1"
DECISIONS = ("accept", "fixed", "not-an-error", "leave")
MOST_COMMENTS = 500
"""Comments read in one file, so that a file of nothing else costs no more than an article."""
_COMMENT = re.compile(r"<!--[ \t]{0,9}tqcheck:[ \t]{0,9}(ignore|ignore-file)[ \t]([\w ,/-]{1,300}?)-->")
_BLOCK_ENDS = re.compile(r"\S[^\S\n]*\n[^\S\n]*\n|</(?:p|div|li|h[1-6]|td|blockquote|figcaption|section|article)>", re.IGNORECASE)


class Decisions(msgspec.Struct, frozen=True):
    """Fingerprints that are settled: → why ("baseline", or what an editor decided)."""

    by_fingerprint: dict[str, str] = {}


class Comment(msgspec.Struct, frozen=True):
    """A suppression in the file: the rules it names, where it stands and what it covers (offsets in the decoded file)."""

    rules: frozenset[str]
    start: int
    first: int
    last: int


def read(baseline: str | None, reviews: Sequence[str]) -> Decisions:
    """Decisions from a baseline and review records. Raises InputError where a file cannot be read or is something else."""
    settled: dict[str, str] = {}
    for path in reviews:
        for decision in _load(path, REVIEW)["decisions"]:
            if decision["decision"] in ("not-an-error", "leave"):
                settled[decision["fingerprint"]] = f"review: {decision['decision']}"
    if baseline is not None:
        settled |= dict.fromkeys(_load(baseline, BASELINE)["fingerprints"], "baseline")
    return Decisions(settled)


def load_review(path: str) -> dict[str, Any]:
    """A review record, checked. Raises InputError."""
    return _load(path, REVIEW)


def _load(path: str, schema: str) -> dict[str, Any]:
    try:
        plain = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON: {error}") from None
    if not isinstance(plain, dict) or plain.get("schema") != schema:
        raise InputError(f"{path}: not a {schema.split('/')[0]} file of this version")
    if schema == BASELINE:
        prints = plain.get("fingerprints")
        if not isinstance(prints, list) or not all(isinstance(f, str) for f in prints):
            raise InputError(f'{path}: "fingerprints" should be a list of strings; write the baseline again')
        return plain
    decisions = plain.get("decisions")
    if not isinstance(decisions, list):
        raise InputError(f'{path}: "decisions" should be a list; save the review again')
    for number, decision in enumerate(decisions, 1):
        if not isinstance(decision, dict) or not all(isinstance(decision.get(key), str) for key in ("fingerprint", "rule", "decision")):
            raise InputError(f"{path}: decision {number} lacks its fingerprint, rule or decision, all of them strings")
        if decision["decision"] not in DECISIONS:
            raise InputError(f"{path}: decision {number}: {decision['decision']!r} is none of {', '.join(DECISIONS)}")
    return plain


def baseline(findings_by_file: Iterable[tuple[str, Sequence[Finding]]]) -> str:
    """The text of a baseline file: fingerprints, and for people counts per file and rule."""
    fingerprints: set[str] = set()
    counts: dict[str, dict[str, int]] = {}
    for name, findings in findings_by_file:
        open_ones = [f for f in findings if f.suppressed in (None, "baseline") and f.severity != "neutral"]
        fingerprints |= {f.fingerprint for f in open_ones}
        if open_ones:
            counts[name] = dict(sorted(collections.Counter(f.rule for f in open_ones).items()))
    plain = {"schema": BASELINE, "counts": dict(sorted(counts.items())), "fingerprints": sorted(fingerprints)}
    return json.dumps(plain, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode() + "\n"


def suppress(
    findings: Sequence[Finding], document: Document, decisions: Decisions, known: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings, those settled marked with why; and notes on comments that cover nothing. known: rules and families that there are."""
    comments = _comments(document)
    used: set[Comment] = set()
    result = []
    for finding in findings:
        why = decisions.by_fingerprint.get(finding.fingerprint)
        for comment in comments:
            covers = finding.raw is not None and comment.first <= finding.raw[0] < comment.last
            if covers and not comment.rules.isdisjoint((finding.rule, finding.family)):
                used.add(comment)
                why = "comment"
        result.append(msgspec.structs.replace(finding, suppressed=why) if why else finding)
    raw = document.text if document.page is None else document.page
    notes = []
    for c in comments:
        where = f"line {raw.count(chr(10), 0, c.start) + 1}: the comment that ignores {', '.join(sorted(c.rules))}"
        if unknown := sorted(c.rules.difference(known)):
            near = difflib.get_close_matches(unknown[0], known, 1)
            notes.append(f"{where}: there is no rule or family {unknown[0]!r}" + (f"; did you mean {near[0]!r}?" if near else "; `tqcheck rules` lists them"))
        elif c not in used:
            notes.append(f"{where} covers no such finding; delete it")
    return tuple(result), tuple(notes)


def _comments(document: Document) -> list[Comment]:
    if document.format not in ("markdown", "html"):
        return []
    raw = document.text if document.page is None else document.page
    found = []
    for match in itertools.islice(_COMMENT.finditer(raw), MOST_COMMENTS):
        rules = frozenset(r.strip() for r in match[2].split(",") if r.strip())
        if match[1] == "ignore-file":
            found.append(Comment(rules, match.start(), 0, len(raw)))
            continue
        line = raw.rfind("\n", 0, match.start()) + 1
        following = re.compile(r"\s*").match(raw, match.end())
        end = _BLOCK_ENDS.search(raw, following.end() if following else match.end())
        found.append(Comment(rules, match.start(), line, end.end() if end else len(raw)))
    return found
