"""Where reports go: standard output, files (format by suffix), folders (a file for each article); several at once."""
from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import click
import msgspec

from tqcheck.errors import ConfigError, InputError
from tqcheck.model import Report
from tqcheck.report import FORMATS, terminal

STDOUT = Path("-")


class Target(msgspec.Struct, frozen=True):
    """One format to one place. folder: a file for each article, named after it."""

    format: str
    path: Path = STDOUT
    folder: bool = False


def targets(formats: Sequence[str], outputs: Sequence[str]) -> tuple[Target, ...]:
    """What `--format` and `--output` ask for. Raises ConfigError where they do not fit together."""
    for name in formats:
        if name not in FORMATS:
            import difflib

            near = difflib.get_close_matches(name, FORMATS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"--format: there is no format {name!r}{hint} ({', '.join(FORMATS)})")
    if not outputs:
        if len(formats) > 1:
            raise ConfigError("several formats need --output FOLDER, or one --output FILE for each")
        return (Target(formats[0] if formats else "text"),)
    found: list[Target] = []
    files = [o for o in outputs if not _is_folder(o)]
    if len(formats) > 1 and files and len(files) != len(formats):
        raise ConfigError("as many --output FILE as --format are needed, or one --output FOLDER")
    for number, output in enumerate(outputs):
        if _is_folder(output):
            found += [Target(name, Path(output), folder=True) for name in formats or ("html",)]
        else:
            fitting = [name for name, f in FORMATS.items() if output.endswith(f.suffix)]
            by_suffix = max(fitting, key=lambda name: len(FORMATS[name].suffix), default=None)
            chosen = formats[number if len(formats) > 1 else 0] if formats else by_suffix
            if chosen is None:
                raise ConfigError(f"--output {output}: no format has this suffix; say which with --format")
            found.append(Target(chosen, Path(output)))
    return tuple(found)


def spare(inputs: Sequence[str], wanted: Sequence[Target], baseline: str | None) -> None:
    """Raises ConfigError where writing would destroy what is to be checked, or a page would have to hold several articles."""
    files = [t.path for t in wanted if not t.folder and t.path != STDOUT] + ([Path(baseline)] if baseline else [])
    given = [Path(os.path.realpath(i)) for i in inputs if i != "-"]  # resolve() raises at a link to itself
    for file in files:
        inside = file.exists() and any(place.is_dir() and file.resolve().is_relative_to(place) for place in given)
        if file.resolve() in given or (inside and file.suffix in (".txt", ".md", ".html", ".htm", ".docx", ".jsonl")):
            raise ConfigError(f"{file} is among what is checked; write somewhere else")
    if baseline and Path(baseline).exists() and b"tqcheck-baseline/" not in Path(baseline).read_bytes()[:100]:
        raise ConfigError(f"--write-baseline: {baseline} exists and is no baseline; it was left alone")
    several = len(inputs) > 1 or any(place.is_dir() for place in given)
    for target in wanted:
        if several and not target.folder and target.format in ("html", "docx"):
            raise ConfigError(f"{target.format} holds one article; write several into a folder: --output FOLDER/")
        if target.format == "docx" and not target.folder and not several and given and given[0].suffix.lower() != ".docx":
            raise ConfigError(f"docx: comments and changes go into a copy of the Word file that is checked, and {inputs[0]} is none; a page is written by --output NAME.html")


def _is_folder(output: str) -> bool:
    return output.endswith(("/", "\\")) or Path(output).is_dir() or not Path(output).suffix


def write(reports: Iterable[Report], wanted: Sequence[Target], colour: bool) -> None:
    """Write every report to every target. Reports stream; only a second whole-file target makes them be kept."""
    for target in wanted:
        if target.folder:
            reports = _into_folder(reports, target)
    whole = [t for t in wanted if not t.folder]
    if len(whole) == 1 and whole[0].path == STDOUT:
        _to_stdout(terminal.render(reports, colour) if whole[0].format == "text" else FORMATS[whole[0].format].render(reports))
        return
    copies = itertools.tee(reports, len(whole) + 1)
    _to_stdout(terminal.brief(copies[0], colour))
    for target, copy in zip(whole, copies[1:], strict=True):
        save(target.path, FORMATS[target.format].render(copy))
    for place in dict.fromkeys(t.path for t in wanted):
        click.echo(f"written: {place}")


def _to_stdout(pieces: Iterable[str | bytes]) -> None:
    for piece in pieces:
        click.echo(piece, nl=False)
    sys.stdout.flush()


def save(path: Path, pieces: Iterable[str | bytes]) -> None:
    """Write a file, with the folders above it. Raises InputError."""
    pieces = iter(pieces)
    first = next(pieces, b"")  # what cannot be rendered at all leaves the file as it was
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(p if isinstance(p, bytes) else p.encode("utf-8", "backslashreplace") for p in itertools.chain((first,), pieces))
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _into_folder(reports: Iterable[Report], target: Target) -> Iterator[Report]:
    """Each report into a file of its own as it passes; for pages, an index of them at the end."""
    from tqcheck.report import page

    form = FORMATS[target.format]
    used: dict[str, int] = {}
    entries = []
    for report in reports:
        stem = re.sub(r"[^\w.-]+", "-", Path(report.document.name).name).strip("-.") or "article"
        used[stem] = used.get(stem, 0) + 1
        name = (stem if used[stem] == 1 else f"{stem}-{used[stem]}") + form.suffix
        if report.error is None:
            save(target.path / name, form.render([report]))
        if target.format == "html":
            entries.append(page.entry(report, None if report.error else quote(name)))
        yield report
    if target.format == "html":
        save(target.path / "index.html", [page.index(entries)])
