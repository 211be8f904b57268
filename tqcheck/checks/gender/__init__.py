"""Gender: one person has one, countries and things have none, and the translation shows what its source shows."""
from __future__ import annotations

from tqcheck.checks.gender import agreement_check, changed, english, things
from tqcheck.checks.rule import Check

CHECKS: tuple[Check, ...] = (english.CHECK, things.CHECK, changed.CHECK, agreement_check.CHECK)
