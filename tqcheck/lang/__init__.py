"""Knowledge of languages as data: one folder per language, read lazily."""
from __future__ import annotations

import functools
import tomllib
from importlib.resources import files
from typing import Any


@functools.cache
def table(lang: str, name: str) -> dict[str, Any]:
    """The TOML file `lang/LANG/NAME.toml`, {} where the language has none. Do not change what is returned."""
    file = files(__package__) / lang / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


def language_name(code: str | None) -> str:
    """English name of a language, its code where it has none."""
    from babel import Locale

    if code is None:
        return "an unknown language"
    return str(Locale("en").languages.get(code.split("-")[0], code))


_FORMER = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"}
"""Withdrawn codes of ISO 639-1 that software still writes, and those in their place."""


def canonical(code: str) -> str:
    """A language code as BCP 47 writes it, from what locales and old software write: en_US → en-US, EN → en, iw → he."""
    primary, *rest = code.replace("_", "-").split("-")
    return "-".join((_FORMER.get(primary.lower(), primary.lower()), *rest))


def no_language(code: str) -> str:
    """Why a code of two letters can be no language, "" where it can: "'jp' is a country; its language is 'ja' (Japanese)"."""
    base = canonical(code).split("-")[0]
    if len(base) != 2 or (files(__package__) / base).is_dir():
        return ""
    from babel import Locale, UnknownLocaleError

    if base in Locale("en").languages:
        return ""
    try:
        likely = Locale.parse(f"und_{base.upper()}").language
    except UnknownLocaleError:
        return f"{code!r} is no language"
    return f"{code!r} is a country; its language is {likely!r} ({language_name(likely)})"


def word_count(text: str, lang: str | None) -> int:
    """Words of a text; for languages written without spaces, half its characters."""
    if (lang or "").split("-")[0] in ("zh", "ja", "th", "lo", "km", "my"):
        return len(text) // 2
    return len(text.split())
