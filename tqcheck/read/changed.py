"""Which files changed since a revision, for checking only these."""
from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from tqcheck.errors import InputError
from tqcheck.model import Document


def changed_files(revision: str) -> frozenset[Path]:
    """Absolute paths of files changed or added since a git revision, untracked ones included. Raises InputError."""
    if revision.startswith("-"):
        raise InputError(f"--diff-base: {revision!r} is not a revision")
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    base = _git("merge-base", revision, "HEAD").strip()
    names = _git("diff", "--name-only", "-z", "--diff-filter=d", base, "--").split("\0")
    names += _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", str(top)).split("\0")
    return frozenset((top / name).resolve() for name in names if name)


def only(documents: Iterable[Document], changed: frozenset[Path]) -> Iterator[Document]:
    """Documents whose file is among `changed`. A document of a file of many stands under that file's name."""
    for document in documents:
        name = document.name.rpartition(":")[0] if document.format in ("jsonl", "tsv") else document.name
        if Path(name).resolve() in changed:
            yield document


def _git(*arguments: str) -> str:
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise InputError("--diff-base needs git, which is not installed") from None
    except subprocess.CalledProcessError as error:
        raise InputError(f"--diff-base: git {arguments[0]}: {error.stderr.strip()}") from None
    return run.stdout
