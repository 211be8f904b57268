"""What a provenance model learns from: labelled texts and the groups they belong to, the words that keep their form."""
from __future__ import annotations

import collections
import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tqcheck.errors import InputError
from tqcheck.provenance import features
from tqcheck.provenance.calibration import CLASSES


class Row(NamedTuple):
    """One training document. article: the same for all versions of one article; years, src, domain name its groups."""

    text: str
    label: str
    src: str | None
    article: str
    year: str
    domain: str
    weight: float = 1.0
    measured: bool = True
    """False: pseudo-documents that are learnt from and not counted in any figure."""
    system: str = ""


def rows_from(records: Sequence[dict[str, Any]]) -> list[Row]:
    """Rows from JSON objects: text, label ("machine" | "human" | "original"), and where known src_lang, doc_id, year, domain, system.

    Raises InputError for a record without text or with another label.
    """
    rows = []
    for number, record in enumerate(records, 1):
        text, label = record.get("text"), record.get("label")
        if not isinstance(text, str) or label not in CLASSES:
            raise InputError(f'record {number}: needs "text" and a "label" that is one of {", ".join(CLASSES)}, not {label!r}')
        rows.append(Row(text, label, record.get("src_lang"), str(record.get("doc_id", f"row{number}")),
                        str(record.get("year", "")), str(record.get("domain", "")), system=str(record.get("system", ""))))
    return rows


def read_rows(path: str | Path) -> list[Row]:
    """Rows of a JSONL file (.gz or not), one object a line as in `rows_from`. Raises InputError, naming the line."""
    path = Path(path)
    records = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    record = json.loads(line)
                    if not isinstance(record, dict):
                        raise InputError(f"{path}: line {number}: an object with text and label is wanted")
                    records.append(record)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: line {number}: not JSON: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    try:
        return rows_from(records)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def kept_words(rows: Sequence[Row], lang: str, number: int = 400) -> list[str]:
    """The words that keep their form in the shape view: those frequent whatever the source and the label.

    A word ranks by its document frequency in the lower quartile of groups, so that no group's topic gets in.
    """
    seen: dict[str, collections.Counter[tuple[str, str | None]]] = collections.defaultdict(collections.Counter)
    size: collections.Counter[tuple[str, str | None]] = collections.Counter()
    capital: collections.Counter[str] = collections.Counter()
    for row in rows:
        group = (row.label, row.src)
        size[group] += 1
        forms = set(features.tokenise(features.level(row.text), lang))
        capital.update(form.lower() for form in forms if form[0].isupper())
        for low in {form.lower() for form in forms if form[0].isalpha()}:
            seen[low][group] += 1
    groups = [group for group, count in size.items() if count >= 40] or list(size)

    def frequency(word: str) -> float:
        return sorted(seen[word][group] / size[group] for group in groups)[len(groups) // 4]

    common = [word for word in seen if capital[word] < 0.55 * sum(seen[word].values())]
    return sorted(common, key=frequency, reverse=True)[:number]


def name_words(rows: Sequence[Row], lang: str, least: int = 8) -> list[str]:
    """Words that only occur with a capital, in at least `least` documents; none for German, which writes all nouns so."""
    if lang in features.CJK or lang == "de":
        return []
    capital: collections.Counter[str] = collections.Counter()
    small: collections.Counter[str] = collections.Counter()
    for row in rows:
        for form in set(features.tokenise(features.level(row.text), lang)):
            if form[0].isalpha():
                (capital if form[0].isupper() else small)[form.lower()] += 1
    return sorted(w for w, count in capital.items() if count >= least and len(w) > 1 and small[w] < 0.1 * count)


def digest(rows: Sequence[Row]) -> str:
    """A short hash of the data a model was fitted on."""
    total = hashlib.sha256()
    for row in sorted((row.label, row.src or "", row.text) for row in rows):
        total.update("\x1f".join(row).encode("utf-8", "replace"))
    return total.hexdigest()[:12]
