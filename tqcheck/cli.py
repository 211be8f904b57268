"""The command line. Thin: options in, `Checker` and reports do the work. What a command needs is imported when it runs."""
from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tqcheck import __version__
from tqcheck.errors import TqcheckError

if TYPE_CHECKING:
    from tqcheck.config import Settings
    from tqcheck.model import Document, Finding, Outcome, Reference, Report

EXIT_PASS, EXIT_FAIL, EXIT_ERROR = 0, 1, 2
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Group(click.Group):
    """Prints errors made for users without a traceback, and exits 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TqcheckError as error:
            fail(str(error))
        except OSError as error:
            if not isinstance(error, BrokenPipeError):
                fail(f"cannot be written: {error.strerror}")
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(EXIT_FAIL)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("TQCHECK_DEBUG"):
                raise
            fail(f"internal error: {type(error).__name__}: {error}; please report it (TQCHECK_DEBUG=1 shows where)")


def fail(message: str) -> NoReturn:
    """Says what is wrong on standard error and exits 2."""
    click.echo(f"tqcheck: {message}", err=True)
    sys.exit(EXIT_ERROR)


@click.group(cls=Group, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="tqcheck")
def main() -> None:
    """Checks translated articles: where a text comes from, what translation broke in it, how close it is to
    a reference, and whether it may be published. Works offline.

    \b
    Start with:
      tqcheck check article.txt                 findings and verdict in the terminal
      tqcheck check articles/ --output out/     a page for the editor for each article
      tqcheck rules                             everything it looks for
      tqcheck rule misspelled-name              why, with examples
    """
    # What is loaded at the start stays until the end: looking through it for garbage again and again is a quarter of a cold start.
    gc.set_threshold(200_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--source", metavar="FILE", help="The original text, where it is known (for one article).")
@click.option("--source-lang", metavar="LANG", help="Language of the original, such as ru.")
@click.option("--reference", "references", multiple=True, metavar="FILE", help="A translation of the same original. Repeatable.")
@click.option("--coverage", multiple=True, metavar="PATH", help="Other coverage of the same event: a file or a folder of them. Repeatable.")
@click.option("--parallel", is_flag=True, help="Line-parallel files: each line is checked on its own, with the same line of --source and of each --reference.")
@click.option("--lang", metavar="LANG", help="Language of the articles (BCP 47). Default: identified.")
@click.option("--format", "formats", multiple=True, metavar="FORMAT", help="text (default), json, jsonl, html, markdown, sarif, junit, github, gitlab, rdjson, csv, xlsx, docx, mqm, spans. Repeatable with --output FOLDER.")
@click.option("--output", "outputs", multiple=True, metavar="PATH", help="Write to a file (format from its suffix) or into a folder (html unless --format says other). Repeatable.")
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules or families. Repeatable, or separated by commas.")
@click.option("--ignore", multiple=True, metavar="RULE", help="All but these rules or families.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), help="Report what an editor agrees with at least this often. Default: 0.5.")
@click.option("--fail-on", type=click.Choice(["minor", "major", "critical", "never"]), help="Severity of findings that fails an article. Default: major.")
@click.option("--people", multiple=True, metavar="FILE", help="People whose right names you know: TSV, JSON Lines, or SQLite made by `tqcheck names import`. Repeatable.")
@click.option("--baseline", metavar="FILE", help="Problems that were there before: marked, and they do not fail.")
@click.option("--write-baseline", metavar="FILE", help="Write the problems there are now into such a file.")
@click.option("--suppress", multiple=True, metavar="FILE", help="A review saved by the editor's page: what it settled does not fail. Repeatable.")
@click.option("--diff-base", metavar="REF", help="Only files that changed since this git revision.")
@click.option("--config", "config_path", metavar="FILE", help="pyproject.toml or tqcheck.toml. Default: the nearest one above.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even where an article fails.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Check articles: files, folders, patterns, or - for standard input.

    Exits 0 when every article passes, 1 when one fails or is incomplete, 2 when an input cannot be read.
    """
    from tqcheck.lang import no_language
    from tqcheck.read import read_all
    from tqcheck.report import output

    for key in ("lang", "source_lang"):
        if options[key] == "":
            fail(f"--{key.replace('_', '-')} is empty; give a code such as en, or leave it out")
        if options[key] and (why := no_language(options[key])):
            fail(f"--{key.replace('_', '-')}: {why}")
    if options["source"] and (len(paths) > 1 or Path(paths[0]).is_dir()):
        fail("--source is the original of one article; give several articles with theirs as JSON Lines")
    targets = output.targets(options["formats"], options["outputs"])
    output.spare(paths, targets, options["write_baseline"])
    settings = _settings(options)
    trouble = False
    documents: Iterable[Document]
    if options["parallel"]:
        documents = _parallel(paths, options)
    else:
        references, trouble = _references(options["references"], options["coverage"])
        documents = read_all(paths)
        if options["diff_base"]:
            from tqcheck.read.changed import changed_files, only

            documents = only(documents, changed_files(options["diff_base"]))
        documents = _with_options(documents, options, references)
    from tqcheck.checker import Checker

    reports = Checker(settings).check_all(documents, jobs=options["jobs"])
    tally = Tally(trouble, keep=options["write_baseline"] is not None, may_be_empty=options["diff_base"] is not None)
    output.write(tally.watch(_progress(reports)), targets, colour=_colour())
    if options["write_baseline"]:
        from tqcheck.findings.suppression import baseline

        output.save(Path(options["write_baseline"]), [baseline(tally.findings)])
    sys.exit(tally.exit_code(options["exit_zero"]))


class Tally:
    """Counts verdicts while reports stream by. keep: also their findings, for a baseline."""

    def __init__(self, trouble: bool = False, keep: bool = False, may_be_empty: bool = False) -> None:
        self.trouble = trouble
        self.may_be_empty = may_be_empty
        self.keep = keep
        self.findings: list[tuple[str, tuple[Finding, ...]]] = []
        self.failed = False
        self.seen = 0

    def watch(self, reports: Iterable[Report]) -> Iterator[Report]:
        for report in reports:
            self.count(report, report.outcome)
            if self.keep:
                self.findings.append((report.document.name, report.findings))
            yield report

    def count(self, report: Report, outcome: Outcome) -> None:
        self.seen += 1
        if report.error is not None:
            click.echo(f"tqcheck: {report.error}", err=True)
            self.trouble = True
        self.trouble |= any(c.status == "failed" for c in report.checks)
        self.failed |= outcome.verdict != "pass"

    def exit_code(self, exit_zero: bool) -> int:
        if self.seen == 0 and not self.may_be_empty:
            click.echo("tqcheck: there was nothing to check", err=True)
            return EXIT_ERROR
        if self.trouble:
            return EXIT_ERROR
        return EXIT_FAIL if self.failed and not exit_zero else EXIT_PASS


def _settings(options: dict[str, Any]) -> Settings:
    """Settings of the configuration file, with what the command line says in their place."""
    from msgspec import structs

    from tqcheck import config

    path = options.get("config_path") or config.find(Path.cwd())
    settings = config.load(path)
    changes: dict[str, Any] = {}
    for key in ("select", "ignore"):
        if names := tuple(n.strip() for value in options.get(key) or () for n in value.split(",") if n.strip()):
            changes[key] = names
    if options.get("min_confidence") is not None:
        changes["min_confidence"] = options["min_confidence"]
    if options.get("lang"):
        changes["lang"] = options["lang"]
    if options.get("baseline"):
        changes["baseline"] = options["baseline"]
    if options.get("suppress"):
        changes["suppress"] = (*settings.suppress, *options["suppress"])
    if options.get("fail_on"):
        changes["gate"] = structs.replace(settings.gate, fail_on=options["fail_on"])
    if options.get("people"):
        changes["names"] = structs.replace(settings.names, people=(*settings.names.people, *options["people"]))
    return structs.replace(settings, **changes)


def _references(translations: tuple[str, ...], coverage: tuple[str, ...]) -> tuple[tuple[Reference, ...], bool]:
    """References named on the command line, and whether one of them could not be read (said on standard error)."""
    from tqcheck.model import Reference
    from tqcheck.read import read_all

    found, trouble = [], False
    for kind, paths in (("translation", translations), ("coverage", coverage)):
        for document in read_all(paths) if paths else ():
            if document.error is not None:
                click.echo(f"tqcheck: reference left out: {document.error}", err=True)
                trouble = True
            else:
                found.append(Reference(document.text, kind=kind, lang=document.lang, name=document.name))
    return tuple(found), trouble


def _with_options(documents: Iterable[Document], options: dict[str, Any], references: tuple[Reference, ...]) -> Iterator[Document]:
    from msgspec import structs

    source = None
    if options["source"]:
        from tqcheck.read import read

        original = read(options["source"])
        if original.error is not None:
            fail(f"--source: {original.error}")
        source = original.text
    for number, document in enumerate(documents):
        if source is not None and number:
            fail("--source is the original of one article; give several articles with theirs as JSON Lines")
        yield structs.replace(
            document,
            source=source or document.source,
            source_lang=options["source_lang"] or document.source_lang,
            references=(*document.references, *references),
        )


def _parallel(paths: tuple[str, ...], options: dict[str, Any]) -> Iterator[Document]:
    """The lines of one file with those of its source and references."""
    from msgspec import structs

    from tqcheck.read import parallel

    if len(paths) > 1 or options["coverage"] or options["diff_base"]:
        fail("--parallel is for one file with its --source and --reference, without --coverage and --diff-base")
    for document in parallel.documents(paths[0], options["source"], options["references"]):
        yield structs.replace(document, source_lang=options["source_lang"])


def _progress(reports: Iterable[Report]) -> Iterator[Report]:
    """Counts on standard error, only where that is a terminal and standard output is not."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from reports
        return
    for n, report in enumerate(reports, 1):
        click.echo(f"\r{n} checked: {report.document.name[-60:]:<60}", nl=False, err=True)
        yield report
    click.echo("\r" + " " * 80 + "\r", nl=False, err=True)


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(form: str) -> None:
    """List every rule: name, severity, languages, what it needs."""
    from tqcheck.report import rules as rules_report

    click.echo(rules_report.listing(form), nl=False)


@main.command()
@click.argument("name")
def rule(name: str) -> None:
    """Explain one rule: what it finds, why it matters, examples. A family lists its rules."""
    import difflib

    from tqcheck.checks.registry import RULES
    from tqcheck.checks.rule import FAMILIES
    from tqcheck.report import rules as rules_report

    if name in FAMILIES:
        for one in (r for r in RULES.values() if r.family == name):
            click.echo(f"{one.name:<28} {one.severity:<8} {one.summary}")
        return
    if name not in RULES:
        near = difflib.get_close_matches(name, RULES, 1)
        fail(f"there is no rule {name!r}" + (f"; did you mean {near[0]!r}?" if near else "; `tqcheck rules` lists them"))
    click.echo(rules_report.explanation(RULES[name]), nl=False)


class _SeveralValues(click.Command):
    """A command whose --input and --metrics take all values up to the next option, as sacreBLEU's do: -i a.txt b.txt -m bleu chrf."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        repeated = {name for p in self.params if isinstance(p, click.Option) and p.multiple for name in p.opts}
        found: list[str] = []
        open_: str | None = None
        for at, arg in enumerate(args):
            if arg == "--":
                found += args[at:]
                break
            if arg in repeated:
                if open_ and found[-1] == open_:
                    break
                open_ = arg
                found.append(arg)
            elif arg.startswith("-") and len(arg) > 1:
                open_ = None
                found.append(arg)
            elif open_:
                found += [arg] if found[-1] == open_ else [open_, arg]
            else:
                found.append(arg)
        return super().parse_args(ctx, found)


@main.command(cls=_SeveralValues)
@click.argument("references", nargs=-1, metavar="REFERENCE…")
@click.option("--input", "-i", "inputs", multiple=True, metavar="FILE", help="Systems' outputs, line by line: every file up to the next option. Default: standard input.")
@click.option("--metrics", "-m", multiple=True, default=("bleu",), metavar="NAME", help="bleu (default), chrf, ter, tq: one or several.")
@click.option("--sentence-level", "-sl", is_flag=True, help="A score for each line.")
@click.option("--lang", metavar="LANG", help="Language of the texts; chooses the tokenisation of zh, ja, ko.")
@click.option("--tokenize", "-tok", metavar="NAME", help="sacreBLEU's tokeniser for BLEU.")
@click.option("--lowercase", "-lc", is_flag=True, help="BLEU without case.")
@click.option("--chrf-word-order", type=click.IntRange(0), default=0, show_default=True, help="2 is chrF++.")
@click.option("--format", "-f", "form", type=click.Choice(["json", "text", "latex"]), default="json", show_default=True)
@click.option("--width", "-w", type=click.IntRange(0), default=1, show_default=True, help="Decimals.")
@click.option("--score-only", "-b", is_flag=True, help="Only the figure.")
@click.option("--short", "-sh", is_flag=True, help="Short signatures.")
@click.option("--confidence", "-ci", is_flag=True, help="95 % confidence intervals by bootstrap resampling.")
@click.option("--confidence-n", type=click.IntRange(1), default=1000, show_default=True, help="Resamples.")
@click.option("--paired-bs", "paired", flag_value="bs", help="Paired bootstrap test against the first system.")
@click.option("--paired-ar", "paired", flag_value="ar", help="Paired approximate randomisation test against the first system.")
@click.option("--trials", "--paired-bs-n", "--paired-ar-n", "trials", type=click.IntRange(1), help="Trials of the paired test.")
def score(references: tuple[str, ...], inputs: tuple[str, ...], metrics: tuple[str, ...], form: str, **options: Any) -> None:
    """Score line-parallel files against references, with sacreBLEU's figures, signatures and options."""
    from tqcheck.scoring.command import Request, score_files

    if not references:
        fail("no reference: put the references first, as for sacreBLEU (tqcheck score REFERENCE… -i FILE…); every file after -i is a system")
    names = tuple(name for value in metrics for name in value.split(",") if name)
    answer = score_files(Request(references=references, inputs=inputs or ("-",), metrics=names, format=form, **options))  # type: ignore[arg-type]
    for note in answer.notes:
        click.echo(f"tqcheck: {note}", err=True)
    click.echo(answer.output, nl=False)


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="REPORT.json…")
@click.option("--fail-on", type=click.Choice(["minor", "major", "critical", "never"]), help="Severity of findings that fails an article.")
@click.option("--machine-translation", type=click.Choice(["block", "credited", "allow"]), help="Whether machine translation fails.")
@click.option("--config", "config_path", metavar="FILE", help="Take the policy from this file.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even where an article fails.")
def gate(paths: tuple[str, ...], fail_on: str | None, machine_translation: str | None, config_path: str | None, exit_zero: bool) -> None:
    """Decide saved reports (JSON or JSON Lines) again, under another policy, without checking again."""
    from msgspec import structs

    from tqcheck import gate as policy
    from tqcheck.report import saved

    limits = _settings({"config_path": config_path, "fail_on": fail_on}).gate
    if machine_translation:
        limits = structs.replace(limits, machine_translation=machine_translation)
    tally = Tally()
    changed = 0
    for report in saved.reports(paths):
        outcome = policy.again(report, limits)
        tally.count(report, outcome)
        if report.error is not None:
            continue
        changed += outcome.verdict != report.outcome.verdict
        was = "" if outcome.verdict == report.outcome.verdict else f" (was {report.outcome.verdict})"
        click.echo(f"{outcome.verdict.upper():<10} {report.document.name}{was}" + "".join(f"\n           {r}" for r in outcome.reasons))
    click.echo(f"{tally.seen} report{'s' * (tally.seen != 1)}, {changed} verdict{'s' * (changed != 1)} changed")
    sys.exit(tally.exit_code(exit_zero))


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--accept", "accepted", multiple=True, required=True, metavar="RULE", help="Rules or families whose first suggestion is taken. Repeatable.")
@click.option("--write", "in_place", is_flag=True, help="Change the files themselves. Default: NAME.fixed.SUFFIX beside them.")
@click.option("--lang", metavar="LANG", help="Language of the articles.")
@click.option("--config", "config_path", metavar="FILE", help="pyproject.toml or tqcheck.toml.")
def fix(paths: tuple[str, ...], accepted: tuple[str, ...], in_place: bool, lang: str | None, config_path: str | None) -> None:
    """Write corrected copies of text, Markdown, HTML and Word files, taking the suggestions of the rules you accept. In Word they are tracked changes."""
    from tqcheck import corrections

    settings = _settings({"config_path": config_path, "lang": lang})
    names = [n.strip() for value in accepted for n in value.split(",") if n.strip()]
    trouble = False
    for line in corrections.fix_files(paths, names, settings, in_place=in_place):
        trouble |= line.error
        click.echo(line.text, err=line.error)
    sys.exit(EXIT_ERROR if trouble else EXIT_PASS)


@main.group()
def train() -> None:
    """Make models of your own."""


@train.command("provenance")
@click.argument("data", metavar="DATA.jsonl")
@click.option("--out", metavar="FILE.npz", help="Where the weights are written.")
@click.option("--test", metavar="TEST.jsonl", help="Articles to measure on and never learn from.")
@click.option("--detector", metavar="MODEL", help="A neural detector to weigh with the linear one: with --out beside the one made here, without beside the one in use.")
@click.option("--lang", default="en", show_default=True, help="Language of the texts.")
@click.option("--name", default="own", show_default=True, help="Name of the model in reports' signatures.")
@click.option("--config", "config_path", metavar="FILE", help="Take the detector in use and [tool.tqcheck.neural] from this file.")
def train_provenance(data: str, out: str | None, test: str | None, detector: str | None, lang: str, name: str, config_path: str | None) -> None:
    """Fit and calibrate the detector on articles of your own (JSON Lines: text, label machine, human or original; doc_id, src_lang,
    year and system where known), and print the figures on what was left out. Needs the extra `train`."""
    import importlib.util

    from tqcheck.errors import MissingExtra

    if out is None and detector is None:
        fail("--out says where the weights are written; only with --detector they can stay as they are")
    if out is not None and importlib.util.find_spec("scipy") is None:
        raise MissingExtra("training needs the extra `train`: pip install 'tqcheck[train]'")
    from tqcheck.provenance import fitting

    def say(line: str) -> None:
        click.echo(line, err=True)

    made = None
    if out is not None:
        made = fitting.fit(fitting.read_rows(data), fitting.read_rows(test) if test else None, out, lang, name=name, say=say)
        click.echo(made.text)
        click.echo(f'written: {out}; use it with model = "{out}" in [tool.tqcheck.provenance]')
    if detector is not None:
        from tqcheck import detector_training

        settings = _settings({"config_path": config_path})
        from tqcheck.neural.loading import settings_of

        configured = settings.neural.detector
        model = configured if configured is not None and settings_of(configured).model == detector else detector
        weighed = detector_training.recalibrate(
            detector_training.read_rows(data), model, lang, made, out or settings.provenance.model, settings.neural, say
        )  # fmt: skip
        click.echo(weighed.in_words())


@train.command("detector-neural")
@click.argument("data", metavar="DATA.jsonl")
@click.option("--base", required=True, metavar="MODEL", help="Encoder to fine-tune: a folder, or a hub name that is in the local cache.")
@click.option("--out", required=True, metavar="FOLDER", help="Where the detector is written; an interrupted training goes on there.")
@click.option("--lang", default="en", show_default=True, help="Language of the texts.")
@click.option("--rounds", type=click.IntRange(1), default=4, show_default=True, help="Passes over the data, at most.")
@click.option("--window", type=click.IntRange(16), default=256, show_default=True, help="Tokens read at once.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), default=2e-5, show_default=True, help="Learning rate at its peak.")
@click.option("--measure/--no-measure", default=True, help="Compare with the linear detector on the same documents left out; one training more for each group.")
@click.option("--config", "config_path", metavar="FILE", help="Take [tool.tqcheck.neural] (device, download …) from this file.")
def detector_neural(data: str, base: str, out: str, lang: str, rounds: int, window: int, rate: float, measure: bool, config_path: str | None) -> None:
    """Fine-tune an encoder on articles labelled machine, human or original (JSON Lines: text, label, doc_id, src_lang, year)."""
    from tqcheck import detector_training
    from tqcheck.neural.training import Options

    settings = _settings({"config_path": config_path}).neural
    made = detector_training.train(
        detector_training.read_rows(data), base, out, lang, Options(window=window, rounds=rounds, rate=rate), settings, measure,
        say=lambda line: click.echo(line, err=True),
    )  # fmt: skip
    click.echo(f'written: {out}; use it with detector = "{out}" in [tool.tqcheck.neural]')
    if isinstance(made, detector_training.Measured):
        click.echo(made.in_words())
        if made.pays:
            beside = Path(out) / detector_training.LINEAR
            click.echo(f'they are weighed beside model = "{beside}" in [tool.tqcheck.provenance]; `tqcheck train provenance` weighs the model beside another')


@train.command("metric")
@click.argument("data", metavar="DATA.jsonl")
@click.option("--metric", required=True, metavar="MODEL", help="The metric: a folder, or a hub name that is in the local cache.")
@click.option("--good", type=float, metavar="SCORE", help="Where passages have a score instead of objected: from which score on nobody objects.")
@click.option("--config", "config_path", metavar="FILE", help="Take [tool.tqcheck.neural] from this file.")
def train_metric(data: str, metric: str, good: float | None, config_path: str | None) -> None:
    """Measure a neural metric against editors, so that its findings have a confidence (JSON Lines: text, source, reference, objected or
    score, doc_id)."""
    from tqcheck.detector_training import read_rows
    from tqcheck.neural import confidence
    from tqcheck.neural.loading import settings_of

    settings = _settings({"config_path": config_path}).neural
    model = next((m for m in settings.metric if settings_of(m).model == metric), metric)
    made = confidence.train(read_rows(data), model, settings, good, say=lambda line: click.echo(line, err=True))
    click.echo(confidence.in_words(made))
    click.echo(f'written to {metric}; passages that it rates low are findings where metric = ["{metric}"] in [tool.tqcheck.neural]')


@train.command("convert-comet")
@click.argument("folder")
@click.option("--encoder", required=True, metavar="MODEL", help="The encoder that hparams.yaml names, for its configuration and tokenizer.")
@click.option("--out", required=True, metavar="FOLDER", help="Where the converted metric is written.")
@click.option("--config", "config_path", metavar="FILE", help="Take [tool.tqcheck.neural] (download …) from this file.")
def convert_comet(folder: str, encoder: str, out: str, config_path: str | None) -> None:
    """Make safetensors of a published COMET folder, without running code from its checkpoint."""
    from tqcheck.neural import metric

    made = metric.convert_comet(folder, out, encoder, _settings({"config_path": config_path}).neural)
    click.echo(f'written: {made}; use it with metric = ["{made}"] in [tool.tqcheck.neural]')


@main.group()
def names() -> None:
    """Ask whom a name may mean, and make files of people you know."""


@names.command("lookup")
@click.argument("name", nargs=-1, required=True, metavar="NAME…")
@click.option("--people", multiple=True, metavar="FILE", help="People whose right names you know: TSV, JSON Lines, or SQLite made by `tqcheck names import`. Repeatable.")
@click.option("--config", "config_path", metavar="FILE", help="pyproject.toml or tqcheck.toml.")
def lookup(name: tuple[str, ...], people: tuple[str, ...], config_path: str | None) -> None:
    """Say what is thought of a name and why: right, or whom it may mean."""
    from tqcheck.names.roster import Roster, explain

    settings = _settings({"config_path": config_path, "people": people}).names
    click.echo(explain(" ".join(name), Roster(files=settings.people, register=settings.register)))


@names.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("--output", required=True, metavar="PEOPLE.sqlite", help="Where they are written; replaced only when all was read.")
@click.option("--format", "form", type=click.Choice(["wikidata", "ftm", "everypolitician", "people"]), help="Default: told from each file.")
def import_names(paths: tuple[str, ...], output: str, form: str | None) -> None:
    """Make a file for look-ups from Wikidata dumps (JSON), OpenSanctions or other FollowTheMoney entities (JSON Lines),
    EveryPolitician (JSON, CSV), or people of your own; .gz and .bz2 are read as they are."""
    from tqcheck.names.imports import import_people

    def show(tally: Any) -> None:
        click.echo(f"\r{tally.done:4.0%} {tally.read:,} read, {tally.people:,} people ", err=True, nl=False)

    watched = sys.stderr.isatty()
    made = import_people(paths, output, form, show if watched else None)
    if watched:
        click.echo("", err=True)
    for line in made.shown:
        click.echo(f"tqcheck: {line}", err=True)
    click.echo(
        f"written: {output}; {made.people:,} people of {made.read:,} records, {made.skipped:,} no people or without a Latin name, "
        f"{made.malformed:,} malformed\nuse it with --people {output}, or people = [\"{output}\"] in [tool.tqcheck.names]"
    )


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="REVIEW.json…")
def feedback(paths: tuple[str, ...]) -> None:
    """Measure the rules on reviews saved by the editor's page: how often editors agreed, rule by rule."""
    from tqcheck.findings.suppression import load_review
    from tqcheck.report import feedback as feedback_report

    click.echo(feedback_report.table(map(load_review, paths)), nl=False)


def run() -> NoReturn:
    """The command as a process of its own. Exits without taking apart what was loaded, which costs a tenth of checking one article."""
    code: int | str | None = 0
    try:
        main(prog_name="tqcheck")
    except SystemExit as left:
        code = left.code
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        os.write(2, f"tqcheck: cannot be written: {error.strerror}\n".encode())
        code = EXIT_ERROR
    os._exit(code if isinstance(code, int) else EXIT_ERROR if code else EXIT_PASS)


if __name__ == "__main__":
    run()
