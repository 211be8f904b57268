"""The work of `tqcheck score`: line-parallel files in, sacreBLEU's figures out, as its own command prints them.

Metrics, aggregation, resampling and tables are sacreBLEU's; reading, messages and `tq` are ours.
"""
from __future__ import annotations

import contextlib
import gzip
import io
import sys
from argparse import Namespace
from collections import defaultdict
from pathlib import Path
from typing import IO, Any, Literal

from tqcheck.errors import InputError
from tqcheck.model import Value

METRICS = ("bleu", "chrf", "ter", "tq")


class Request(Value, frozen=True, kw_only=True):
    """What to score, with the names and defaults of sacreBLEU's options.

    references: one file per reference. inputs: one file per system, line by line; - is standard input. lang: of the texts (BCP 47); chooses the
    tokenisation of Chinese, Japanese and Korean. paired: significance test against the first system, by bootstrap
    resampling ("bs") or approximate randomisation ("ar"); trials: None for sacreBLEU's number.
    """

    references: tuple[str, ...]
    inputs: tuple[str, ...]
    metrics: tuple[str, ...] = ("bleu",)
    sentence_level: bool = False
    lang: str | None = None
    format: Literal["json", "text", "latex"] = "json"
    width: int = 1
    score_only: bool = False
    short: bool = False
    confidence: bool = False
    confidence_n: int = 1000
    paired: Literal["bs", "ar"] | None = None
    trials: int | None = None
    jobs: int = 1
    tokenize: str | None = None
    lowercase: bool = False
    chrf_word_order: int = 0
    encoding: str = "utf-8"


class Answer(Value, frozen=True):
    """output: what sacreBLEU's command would print to standard output. notes: oddities of the input, each with file and line."""

    output: str
    notes: tuple[str, ...] = ()


def score_files(request: Request) -> Answer:
    """Score files line by line. Raises InputError for files that cannot be read or do not match, and options that exclude each other."""
    _check(request)
    notes: list[str] = []
    references = [_lines(path, request.encoding, notes) for path in request.references]
    systems = [_lines(path, request.encoding, notes) for path in request.inputs]
    for path, lines in zip((*request.references[1:], *request.inputs), (*references[1:], *systems), strict=True):
        if len(lines) != len(references[0]):
            raise InputError(f"{path}: {len(lines)} lines, but {request.references[0]} has {len(references[0])}")
    if not references[0]:
        raise InputError(f"{request.references[0]}: no lines")
    metrics = _metrics(request, references)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        if request.sentence_level:
            _sentences(request, metrics, systems[0], references)
        elif len(systems) == 1:
            _one_system(request, metrics, systems[0])
        else:
            _several_systems(request, metrics, systems)
    return Answer(output.getvalue(), tuple(notes))


def _check(request: Request) -> None:
    for name in request.metrics:
        if name not in METRICS:
            raise InputError(f"there is no metric {name!r}; known: {', '.join(METRICS)}")
    from sacrebleu.metrics.bleu import BLEU

    if request.tokenize is not None and request.tokenize not in BLEU.TOKENIZERS:
        raise InputError(f"there is no tokenizer {request.tokenize!r}; known: {', '.join(BLEU.TOKENIZERS)}")
    if not request.references or not request.inputs:
        raise InputError("score needs at least one reference file and one file to score")
    if len(set(request.inputs)) < len(request.inputs):
        raise InputError("the same file is given twice as a system")
    if request.sentence_level and (len(request.metrics) > 1 or len(request.inputs) > 1):
        raise InputError("--sentence-level takes one metric and one system")
    if request.sentence_level and (request.confidence or request.paired):
        raise InputError("--sentence-level has no statistical tests")
    if request.paired and len(request.inputs) == 1:
        raise InputError("a paired test needs several systems; the first is the baseline")
    if request.confidence and len(request.inputs) > 1:
        raise InputError("--confidence is for one system; use a paired test for several")


def _lines(path: str, encoding: str, notes: list[str]) -> list[str]:
    try:
        with _opened(path, encoding) as file:
            lines = [line.rstrip() for line in file]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not {encoding}: {error.reason} at byte {error.start}") from None
    empty = [n for n, line in enumerate(lines, 1) if not line]
    if empty:
        shown = ", ".join(map(str, empty[:5])) + (" …" if len(empty) > 5 else "")
        notes.append(f"{path}: {len(empty)} empty line{'s' if len(empty) > 1 else ''} ({shown}), scored as nothing")
    return lines


def _opened(path: str, encoding: str) -> IO[str]:
    """A file, packed or not, or standard input; lines end with line feeds alone."""
    if path == "-":
        return io.TextIOWrapper(io.BytesIO(sys.stdin.buffer.read()), encoding, newline="\n")
    return gzip.open(path, "rt", encoding=encoding, newline="\n") if path.endswith(".gz") else Path(path).open(encoding=encoding, newline="\n")


def _metrics(request: Request, references: list[list[str]]) -> dict[str, Any]:
    """The metrics, named and sorted as sacreBLEU does, with the references counted once."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    from tqcheck.scoring import sacre
    from tqcheck.scoring.ter import QuickTER
    from tqcheck.scoring.tq_metric import TQ

    base = (request.lang or "").split("-")[0].lower()
    made: dict[str, Any] = {
        "bleu": lambda: BLEU(
            lowercase=request.lowercase, tokenize=request.tokenize or sacre.tokenizer(base)[0], effective_order=request.sentence_level,
            references=references,
        ),
        "chrf": lambda: CHRF(word_order=request.chrf_word_order, references=references),
        "ter": lambda: QuickTER(normalized=base in sacre.ASIAN, asian_support=base in sacre.ASIAN, references=references),
        "tq": lambda: TQ(base, references=references),
    }  # fmt: skip
    return {name.upper() if name != "tq" else name: made[name]() for name in sorted(request.metrics)}


def _sentences(request: Request, metrics: dict[str, Any], system: list[str], references: list[list[str]]) -> None:
    (metric,) = metrics.values()
    for hypothesis, *others in zip(system, *references, strict=True):
        score = metric.sentence_score(hypothesis, others)
        print(score.format(request.width, request.score_only, metric.get_signature().format(request.short)))


def _one_system(request: Request, metrics: dict[str, Any], system: list[str]) -> None:
    from sacrebleu.utils import print_single_results

    is_json = request.format == "json"
    results = []
    for metric in metrics.values():
        score = metric.corpus_score(system, references=None, n_bootstrap=request.confidence_n if request.confidence else 1)
        signature = metric.get_signature().format(request.short and not is_json)
        results.append(score.format(request.width, request.score_only, signature, is_json))
    print_single_results(results, _arguments(request))


def _several_systems(request: Request, metrics: dict[str, Any], systems: list[list[str]]) -> None:
    from sacrebleu.utils import print_results_table

    names = [f"Baseline: {name}" if request.paired and not n else name for n, name in enumerate(request.inputs)]
    if request.paired:
        from sacrebleu.significance import PairedTest

        default = 1000 if request.paired == "bs" else 10000
        test = PairedTest(
            list(zip(names, systems, strict=True)), metrics, references=None, test_type=request.paired,
            n_samples=request.trials or default, n_jobs=request.jobs,
        )  # fmt: skip
        made, scores = test()
        signatures = {name: signature.format(request.short) for name, signature in made.items()}
    else:
        signatures = {}
        scores = defaultdict(list)
        scores["System"].extend(names)
        for system in systems:
            for metric in metrics.values():
                score = metric.corpus_score(system, references=None)
                signatures[score.name] = metric.get_signature().format(request.short)
                scores[score.name].append(score.format(request.width, True))
    print_results_table(scores, signatures, _arguments(request))


def _arguments(request: Request) -> Namespace:
    """What sacreBLEU's printers want to know."""
    return Namespace(
        format=request.format, width=request.width, paired_bs=request.paired == "bs", paired_ar=request.paired == "ar",
        paired_bs_n=request.trials or 1000, paired_ar_n=request.trials or 10000,
    )  # fmt: skip
