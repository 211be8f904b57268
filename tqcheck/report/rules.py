"""Rules in words, from their declarations: the list, the explanation of one, the page in docs/."""
from __future__ import annotations

import json
import textwrap

import msgspec

from tqcheck.checks.registry import RULES
from tqcheck.checks.rule import CLOSE, OPEN, Example, Rule


def listing(form: str = "text") -> str:
    """All rules, a line each, or as JSON."""
    if form == "json":
        return json.dumps([msgspec.to_builtins(rule) for rule in RULES.values()], ensure_ascii=False, indent=1) + "\n"
    lines: list[str] = []
    family = ""
    for rule in RULES.values():
        if rule.family != family:
            family = rule.family
            lines.append(f"\n{family}" if lines else family)
        note = "" if rule.default else " (off by default)"
        lines.append(f"  {rule.name:<28} {rule.severity:<8} {rule.summary}{note}")
    return "\n".join(lines) + "\n"


def explanation(rule: Rule) -> str:
    """What `tqcheck rule NAME` prints."""
    covers = ", ".join(rule.languages) or "any language"
    needs = ", ".join(n for n in rule.needs if n != "text") or "only the text"
    parts = [
        f"{rule.name}  ({rule.family}, {rule.severity} unless configured, MQM {rule.category})",
        "",
        *textwrap.wrap(rule.summary, 96),
        "",
        "Why it matters",
        *textwrap.wrap(rule.why, 96, initial_indent="  ", subsequent_indent="  "),
        "",
        "Flagged (in brackets)",
        *(line for e in rule.bad for line in _example(e)),
        "",
        "Not flagged",
        *(line for e in rule.good for line in _example(e)),
        "",
        f"Languages: {covers}. Needs: {needs}.",
    ]
    if rule.sources:
        parts.append("Sources: " + "; ".join(rule.sources))
    return "\n".join(parts) + "\n"


def _example(example: Example) -> list[str]:
    text = example.text.replace(OPEN, "[").replace(CLOSE, "]").replace("\n", " ¶ ")
    lines = textwrap.wrap(f"{example.lang}: {text}", 94, initial_indent="  ", subsequent_indent="      ")
    if example.source:
        lines += textwrap.wrap(f"source: {example.source}", 92, initial_indent="      ", subsequent_indent="      ")
    for reference in example.references:
        kind = "other coverage" if reference.kind == "coverage" else "reference"
        lines += textwrap.wrap(f"{kind}: {reference.text.replace(chr(10), ' ¶ ')}", 92, initial_indent="      ", subsequent_indent="      ")
    if example.translated_from:
        lines.append(f"      (in a text translated from {example.translated_from})")
    return lines


def markdown() -> str:
    """docs/rules.md: every rule with its examples."""
    parts = ["# Rules", "", "Made from the declarations by `python -m tqcheck.report.rules`; do not edit.", ""]
    for rule in RULES.values():
        parts += [f"## {rule.name}", "", "```text", explanation(rule).rstrip(), "```", ""]
    return "\n".join(parts)


if __name__ == "__main__":
    print(markdown(), end="")
