#!/usr/bin/env python3
"""Sets up tqcheck in an environment of its own and runs it. Needs Python 3.11 or newer, nothing else.

    python3 run.py samples     check the sample articles; the pages for the editor go to reports/samples
    python3 run.py test        run the tests

The environments are kept in .envs/, so that a second run starts at once. Where TQCHECK_TORCH names a version of torch to install, such as
torch==2.13.0, the tests of neural models run too.
"""
from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def environment(name: str, requirement: str, *more: str) -> Path:
    """The Python of an environment that has tqcheck from this folder, and more; made anew when pyproject.toml changed."""
    folder = ROOT / ".envs" / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + " ".join((requirement, *more)).encode()).hexdigest()
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"tqcheck: setting up {folder.relative_to(ROOT)} (once; a minute or two)", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", requirement, *more]
        subprocess.run(install, cwd=ROOT, check=True)
        stamp.write_text(wanted)
    return python


def samples() -> int:
    python = environment("samples", ".")
    check = [str(python), "-m", "tqcheck", "check", "seeds/articles", "--exit-zero"]
    code = subprocess.run(check, cwd=ROOT).returncode
    return code or subprocess.run([*check, "--output", "reports/samples/"], cwd=ROOT).returncode


def test(arguments: list[str]) -> int:
    try:
        torch = os.environ.get("TQCHECK_TORCH")
        python = environment("test-neural", ".[dev,neural]", torch) if torch else environment("test", ".[dev]")
    except subprocess.CalledProcessError:
        if not torch:
            raise
        print(f"tqcheck: {torch} cannot be installed here: the tests of neural models are not collected", flush=True)
        python = environment("test", ".[dev]")
    return subprocess.run([str(python), "-m", "pytest", *arguments], cwd=ROOT).returncode


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - it is run before anything is installed
        print("tqcheck needs Python 3.11 or newer", file=sys.stderr)
        return 2
    match sys.argv[1:]:
        case ["samples"]:
            return samples()
        case ["test", *arguments]:
            return test(arguments)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main())
