"""Reports saved as JSON or JSON Lines, read back."""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tqcheck.errors import InputError
from tqcheck.model import Document, Report
from tqcheck.report.json_report import from_dict


def reports(paths: Iterable[str]) -> Iterator[Report]:
    """The reports in files of `--format json` or `jsonl`; what cannot be read becomes a Report with `.error`."""
    for path in paths:
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            yield _broken(path, f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}")
            continue
        try:
            plain = json.loads(text)
            items = [(path, item) for item in (plain if isinstance(plain, list) else [plain])]
        except RecursionError:
            yield _broken(path, f"{path}: is nested too deeply to be a report")
            continue
        except json.JSONDecodeError:
            items = []
            for number, line in enumerate(text.splitlines(), 1):
                if line.strip():
                    try:
                        items.append((f"{path}: line {number}", json.loads(line)))
                    except (ValueError, RecursionError) as error:
                        yield _broken(path, f"{path}: line {number}: not JSON: {getattr(error, 'msg', error)}")
        for where, item in items:
            try:
                yield from_dict(item, where)
            except InputError as error:
                yield _broken(path, str(error))


def _broken(name: str, error: str) -> Report:
    return Report(text="", lang=None, signature="", document=Document(text="", name=name, error=error), error=error)
