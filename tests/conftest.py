"""The seed documents' texts, where TQCHECK_SEEDS names their folder, a browser, the extra `neural`; without them their tests are not collected."""
from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from browser import CHROMIUM

SEEDS = Path(os.environ["TQCHECK_SEEDS"]) if os.environ.get("TQCHECK_SEEDS") else None
NEURAL = all(importlib.util.find_spec(name) for name in ("torch", "transformers", "safetensors", "sentencepiece", "google"))
collect_ignore = [*([] if SEEDS else ["test_seed_documents.py"]), *([] if CHROMIUM else ["test_page.py"])]
collect_ignore_glob = [] if NEURAL else ["test_neural*.py", "tiny_models.py"]


@pytest.fixture(scope="session")
def seed_texts() -> dict[str, str]:
    assert SEEDS is not None
    return {path.name[:3]: path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))}
