"""pandas in, pandas out: a DataFrame of articles or segments to a DataFrame of verdicts or scores with the same index."""
from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tqcheck.model import Document, Reference, Report

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("minor", "major", "critical")
FIGURES = ("BLEU", "chrF2", "chrF2++", "TER", "tq")


def check_frame(
    df: pd.DataFrame,
    text: str = "text",
    source: str | None = None,
    references: str | Sequence[str] | None = None,
    lang: str | None = None,
    config: dict[str, Any] | str | Path | None = None,
    *,
    source_lang: str | None = None,
    jobs: int = 1,
    progress: bool | None = None,
    reports: bool = False,
) -> pd.DataFrame:
    """Check the text of every row.

    text, source: names of columns. references: name of a column, or of several; a cell holds one reference, a sequence of
    them, or nothing. lang, source_lang: name of a column, or one language (BCP 47) for all rows; None: identified.
    jobs: processes. progress: a line on standard error; None: where that is a terminal. reports: adds a column with the
    whole tqcheck.Report.

    Returns one row for each of df's, in its order and with its index: `lang` (string), `label` (string), `machine`,
    `human`, `original` (float, sum 1), `translated_from` (string), `findings`, `minor`, `major`, `critical` (Int64),
    `verdict`, `reasons`, `error` (string). A row without text has only `error`. Raises KeyError for a column that is not there.
    """
    import pandas as pd

    from tqcheck.checker import Checker

    found = list(_reports(Checker(config), df, text, source, references, lang, source_lang, jobs, progress))
    made = pd.DataFrame(
        {
            "lang": _text(r.lang for r in found),
            "label": _text(None if r.error else r.provenance.label for r in found),
            **{k: pd.array([None if r.error else r.provenance.probabilities[k] for r in found], dtype="float64") for k in ("machine", "human", "original")},
            "translated_from": _text(r.provenance.source_lang for r in found),
            "findings": pd.array([None if r.error else len(r.findings) for r in found], dtype="Int64"),
            **{s: pd.array([None if r.error else sum(f.severity == s for f in r.findings) for r in found], dtype="Int64") for s in SEVERITIES},
            "verdict": _text(None if r.error else r.outcome.verdict for r in found),
            "reasons": _text(None if r.error else "; ".join(r.outcome.reasons) for r in found),
            "error": _text(r.error for r in found),
        }
    )
    if reports:
        made["report"] = pd.Series(found, dtype=object)
    return made.set_axis(df.index, axis=0)


def score_frame(
    df: pd.DataFrame,
    text: str = "text",
    references: str | Sequence[str] = "reference",
    lang: str | None = None,
    *,
    ter: Literal["auto", "always", "never"] = "auto",
    jobs: int = 1,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Score the text of every row against its references, as `Checker.check(…).scores.document` does.

    Arguments as for check_frame. ter: auto leaves TER out of long texts, where its cost grows with the square of the length. Returns one row for each of df's, with its index: `BLEU`, `chrF2`, `chrF2++`, `TER`, `tq`
    (float, NaN where not scored), `kind` of the first reference (string), `aligned`, `reference_aligned` (shares of both that
    aligned, float), `notes`, `error` (string). The attribute `attrs["signatures"]` says how each figure was made.
    """
    import pandas as pd

    from tqcheck.checker import Checker

    checker = Checker({"select": ["low-similarity"], "ter": ter})
    found = list(_reports(checker, df, text, None, references, lang, None, jobs, progress))
    scores = [r.scores for r in found]
    made = pd.DataFrame(
        {
            **{name: pd.array([s.document.get(name) for s in scores], dtype="float64") for name in FIGURES},
            "kind": _text(s.kinds[0] if s.kinds else None for s in scores),
            "aligned": pd.array([s.coverage[0][0] if s.coverage else None for s in scores], dtype="float64"),
            "reference_aligned": pd.array([s.coverage[0][1] if s.coverage else None for s in scores], dtype="float64"),
            "notes": _text("; ".join(s.notes) or None for s in scores),
            "error": _text(r.error for r in found),
        }
    ).set_axis(df.index, axis=0)
    made.attrs["signatures"] = {name: signature for s in scores for name, signature in s.signatures.items()}
    return made


def _text(values: Iterable[str | None]) -> Any:
    import pandas as pd

    return pd.array(list(values), dtype="string")


def _reports(
    checker: Any, df: pd.DataFrame, text: str, source: str | None, references: str | Sequence[str] | None,
    lang: str | None, source_lang: str | None, jobs: int, progress: bool | None,
) -> Iterator[Report]:  # fmt: skip
    import pandas as pd

    if not isinstance(df, pd.DataFrame):
        raise TypeError(f"a DataFrame is wanted, not {type(df).__name__}" + ("; give series.to_frame('text')" if isinstance(df, pd.Series) else ""))
    columns = list(references) if isinstance(references, list | tuple) and not _names(df, references) else [] if references is None else [references]
    for name in (text, *([] if source is None else [source]), *columns):
        if not _names(df, name):
            raise KeyError(f"there is no column {name!r}; the columns are {', '.join(map(repr, df.columns))}")
    double = next((name for name in (text, source, lang, source_lang, *columns) if _names(df, name) and not isinstance(df[name], pd.Series)), None)
    if double is not None:
        raise ValueError(f"{double!r} names more than one column; rename them")
    documents = _documents(df, text, source, columns, lang, source_lang)
    shown = sys.stderr.isatty() if progress is None else progress
    for n, report in enumerate(checker.check_all(documents, jobs), 1):
        yield report
        if shown and (n % 10 == 0 or n == len(df)):
            print(f"\rtqcheck: {n} of {len(df)}", end="\n" if n == len(df) else "", file=sys.stderr, flush=True)


def _names(df: pd.DataFrame, name: Any) -> bool:
    """Whether something is the label of a column."""
    try:
        return name is not None and name in df.columns
    except TypeError:  # a list is no label
        return False


def _documents(df: pd.DataFrame, text: str, source: str | None, columns: list[Any], lang: str | None, source_lang: str | None) -> Iterator[Document]:
    def cells(name: str | None) -> Iterable[Any]:
        return df[name].tolist() if _names(df, name) else [name] * len(df)

    rows = zip(df.index, df[text], cells(source), cells(lang), cells(source_lang), *(df[c] for c in columns), strict=True)
    for label, words, original, language, original_language, *others in rows:
        name = f"row {label}"
        if not isinstance(words, str):
            yield Document(text="", name=name, error=f"{name}: no text in column {text!r}")
            continue
        yield Document(
            text=words, name=name, lang=_string(language), source=_string(original), source_lang=_string(original_language),
            references=tuple(r for cell in others for r in _references(cell)),
        )  # fmt: skip


def _string(cell: Any) -> str | None:
    return cell if isinstance(cell, str) and cell else None


def _references(cell: Any) -> list[Reference]:
    if isinstance(cell, str | Reference):
        cell = [cell]
    if not isinstance(cell, Iterable):
        return []
    return [r if isinstance(r, Reference) else Reference(r) for r in cell if isinstance(r, str | Reference)]
