"""Models from a folder or the local cache, loaded once; texts to windows, windows to batches by length, batches to figures."""
from __future__ import annotations

import functools
import hashlib
import json
import logging
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqcheck.config import ModelName, ModelSettings, NeuralSettings
from tqcheck.errors import MissingExtra, TqcheckError

Tensor = Any
"""torch.Tensor; torch is imported where it is used."""
Encoded = dict[str, list[int]]
"""What a tokenizer makes of one text: input_ids, attention_mask and whatever else the model takes."""
Span = tuple[int, int]

_HUB_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_WANTED_FILES = ("*.safetensors", "*.json", "*.txt", "*.model", "*.spm", "*.yaml", "README.md", "LICENSE*")
_PICKLES = ("*.bin", "*.ckpt", "*.pt", "*.pth")
_VOCABULARIES = ("tokenizer.json", "*.model", "*.spm", "vocab.*", "*.tiktoken")
_OFFSET_POSITIONS = ("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "xmod", "mpnet", "longformer")
"""Architectures whose positions begin after the padding token's number."""
_DEFAULT_LIMIT = 512
_LONG = 1 << 20
"""Tokenizers without a limit give an astronomical one."""
_log = logging.getLogger("tqcheck.neural")


class ModelError(TqcheckError):
    """A model that cannot be used, and what to do about it."""


def settings_of(name: ModelName) -> ModelSettings:
    return ModelSettings(model=name) if isinstance(name, str) else name


def require() -> None:
    """Raises MissingExtra where the packages of the extra `neural` are not installed."""
    try:
        import safetensors  # noqa: F401
        import sentencepiece  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
        from google import protobuf  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"pip install 'tqcheck[neural]' runs neural models ({error.name} is missing)") from None


def locate(name: str, revision: str | None = None, *, download: bool = False, pickle: bool = False) -> Path:
    """The folder of a model. Raises ModelError where there is none; asks the network only where `download` is true."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if not _HUB_NAME.fullmatch(name) or name.startswith("."):
        raise ModelError(f"model {name!r}: there is no such folder")
    from huggingface_hub import snapshot_download

    patterns = [*_WANTED_FILES, *(_PICKLES if pickle else ())]
    try:
        return Path(snapshot_download(name, revision=revision, local_files_only=not download, allow_patterns=patterns))
    except Exception as error:
        if download:
            raise ModelError(f"model {name!r}: cannot be fetched: {error}") from None
        raise ModelError(
            f"model {name!r}: neither a folder nor in the local cache; `download = true` in [tool.tqcheck.neural] fetches it"
        ) from None


def _weights(folder: Path, pickle: bool) -> list[Path]:
    """Files of weights. Raises ModelError where there are none, or only pickled ones that the user has not asked for."""
    safe = sorted(folder.glob("*.safetensors"))
    if safe:
        return safe
    pickled = sorted(p for pattern in _PICKLES for p in (*folder.glob(pattern), *folder.glob(f"checkpoints/{pattern}")))
    if not pickled:
        raise ModelError(f"model {folder}: holds no weights (*.safetensors)")
    if not pickle:
        raise ModelError(
            f"model {folder}: only pickled weights ({pickled[0].name}), which can run code when loaded; convert them to safetensors "
            "(COMET checkpoints: `tqcheck train convert-comet`), or insist with `pickle = true` for this model"
        )
    return pickled


@functools.lru_cache(64)
def _digest(path: Path, size: int, changed: int) -> str:
    """SHA-256 of a file; the hub's cache names large files by it."""
    if re.fullmatch(r"[0-9a-f]{64}", path.name):
        return path.name
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Card:
    """What a model says of itself: name, revision, hash of the weights, licence. Nothing is loaded for it."""

    def __init__(self, wanted: ModelSettings, folder: Path) -> None:
        self.wanted = wanted
        self.folder = folder
        real = folder.resolve()
        self.name = wanted.model if not Path(wanted.model).expanduser().is_dir() else real.name
        self.revision = real.name[:12] if real.parent.name == "snapshots" else wanted.revision
        self.files = _weights(folder, wanted.pickle)
        stats = [(p.resolve(), p.stat()) for p in self.files]
        parts = [_digest(path, s.st_size, s.st_mtime_ns) for path, s in stats]
        self.digest = parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()
        self.config = self._json("config.json")
        self.own = self._json("tqcheck.json")
        """What `tqcheck train` wrote beside the weights."""
        self.licence = self._licence()

    def _json(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.is_file():
            return {}
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"model {self.folder}: {name} is damaged: {error}") from None
        return found if isinstance(found, dict) else {}

    def _licence(self) -> str:
        """From the model card's front matter, config.json, or the first line of LICENSE."""
        card = self.folder / "README.md"
        head = card.read_text("utf-8", "replace")[:5000] if card.is_file() else ""
        found = re.search(r"^licen[cs]e(?:_name)?:[ \t]*[\"']?([^\s\"'#]+)", head, re.M)
        if found:
            return found.group(1)
        if isinstance(self.config.get("license"), str):
            return str(self.config["license"])
        for path in sorted(self.folder.glob("LICEN[CS]E*")):
            lines = path.read_text("utf-8", "replace").split("\n")
            return next((line.strip()[:60] for line in lines if line.strip()), "unknown")
        return "unknown"

    @property
    def non_commercial(self) -> bool:
        return bool(re.search(r"(?:^|[^a-z])nc(?:[^a-z]|$)|non-?commercial", self.licence.casefold()))

    @property
    def signature(self) -> str:
        """name@revision sha256:… licence:…"""
        at = f"@{self.revision}" if self.revision else ""
        return f"{self.name}{at} sha256:{self.digest[:12]} licence:{self.licence}"


class Model:
    """A loaded model with its tokenizer. `limit`: tokens it reads at once, special ones counted. One text batch at a time."""

    def __init__(self, card: Card, model: Any, tokenizer: Any, device: str, settings: NeuralSettings, limit: int | None = None) -> None:
        self.card = card
        self.model = model
        self.tokenizer = tokenizer
        self.device = device
        self.budget = settings.batch_tokens
        self.limit = limit or _limit(getattr(model, "config", None), tokenizer)
        self.pad = tokenizer.pad_token_id
        self.lock = threading.RLock()

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Encoded]:
        """Whole texts (or pairs of them) as token numbers with special tokens, nothing cut."""
        if not texts:
            return []
        with self.lock:
            found = self.tokenizer(list(texts), list(pairs) if pairs is not None else None, padding=False, truncation=False, verbose=False)
        keys = [k for k in found if k in self.tokenizer.model_input_names]
        return [{k: found[k][n] for k in keys} for n in range(len(texts))]

    def length(self, text: str) -> int:
        return len(self.encode([text])[0]["input_ids"])

    def windows(self, text: str) -> list[Span]:
        """Spans of a text, together all of it, each within the limit."""
        return windows(text, self.length, self.limit)

    def run(self, items: Sequence[Encoded], forward: Callable[..., Tensor], what: str = "windows") -> list[Tensor]:
        """forward(**batch) for all items, in batches by length: one row of its result for each item, on the CPU.

        Raises ModelError for an item over the limit, for figures that are not numbers, and where memory runs out even
        for one item.
        """
        import torch

        too_long = max((len(i["input_ids"]) for i in items), default=0)
        if too_long > self.limit:
            raise ModelError(f"{self.card.name}: {too_long} tokens at once, but it reads {self.limit}")
        order = sorted(range(len(items)), key=lambda n: len(items[n]["input_ids"]))
        rows: list[Tensor] = [None] * len(items)
        progress = Progress(f"{self.card.name}: {what}", len(items))
        at = 0
        with self.lock, torch.inference_mode():
            while at < len(order):
                chosen = self._next(order, at, items)
                try:
                    found = forward(**self.batch([items[n] for n in chosen])).float().cpu()
                except (RuntimeError, MemoryError) as error:
                    if not out_of_memory(error):
                        raise
                    self._smaller(len(chosen), len(items[chosen[-1]]["input_ids"]))
                    continue
                if not torch.isfinite(found).all():
                    raise ModelError(f"{self.card.name}: gave a figure that is not a number (NaN or infinity); its weights are damaged or overflow")
                for n, row in zip(chosen, found, strict=True):
                    rows[n] = row
                at += len(chosen)
                progress.show(at)
        progress.clear()
        return rows

    def _next(self, order: Sequence[int], at: int, items: Sequence[Encoded]) -> Sequence[int]:
        end = at + 1
        while self.pad is not None and end < len(order) and (end + 1 - at) * len(items[order[end]]["input_ids"]) <= self.budget:
            end += 1
        return order[at:end]

    def batch(self, chosen: Sequence[Encoded]) -> dict[str, Tensor]:
        import torch

        width = max(len(c["input_ids"]) for c in chosen)
        fill = {"input_ids": self.pad or 0}
        return {
            key: torch.tensor([c[key] + [fill.get(key, 0)] * (width - len(c[key])) for c in chosen]).to(self.device)
            for key in chosen[0]
        }

    def _smaller(self, items: int, tokens: int) -> None:
        if items == 1:
            raise ModelError(
                f"{self.card.name}: out of memory with a single window of {tokens} tokens on {self.device}; "
                'take a smaller model, or `device = "cpu"` in [tool.tqcheck.neural]'
            )
        self.budget = max(1, min(self.budget, items * tokens) // 2)
        if self.device == "cuda":
            import torch

            torch.cuda.empty_cache()


def windows(text: str, length: Callable[[str], int], limit: int, start: int = 0) -> list[Span]:
    """Divide a text into about equal spans of at most `limit` tokens, at the ends of sentences where there are any.

    length: tokens of a text, special ones counted. The spans follow one another and cover the whole text. Raises
    ModelError where not even one character fits.
    """
    size = length(text)
    if size <= limit:
        return [(start, start + len(text))]
    if len(text) < 2:
        raise ModelError(f"one character has {size} tokens, but the model reads {limit}")
    parts = min(len(text), -(-size // limit))
    return [span for a, b in divide(text, parts) for span in windows(text[a:b], length, limit, start + a)]


_BREAKS = (re.compile(r"\n+|(?<=[.!?…。！？])[\"”’»)\]]*\s+|(?<=[。！？])"), re.compile(r"\s+"))


def divide(text: str, parts: int) -> list[Span]:
    """Cut a text into `parts` spans of about equal length: after a sentence near the even place, else between words, else there."""
    reach = max(1, len(text) // (4 * parts))
    cuts = [0]
    for n in range(1, parts):
        even = len(text) * n // parts
        low, high = max(cuts[-1] + 1, even - reach), min(len(text) - 1, even + reach)
        places: list[int] = []
        for pattern in _BREAKS:
            places = [m.end() for m in pattern.finditer(text, low, high) if cuts[-1] < m.end() < len(text)]
            if places:
                break
        cut = min(places, key=lambda p: abs(p - even)) if places else even
        if cut > cuts[-1]:
            cuts.append(cut)
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _limit(config: Any, tokenizer: Any) -> int:
    """Tokens that a model reads at once; 512 where neither it nor its tokenizer says."""
    found = [n for n in (getattr(config, "max_position_embeddings", None), getattr(config, "n_positions", None)) if isinstance(n, int) and n > 0]
    if found and getattr(config, "model_type", "") in _OFFSET_POSITIONS:
        found = [found[0] - (getattr(config, "pad_token_id", None) or 0) - 1]
    if isinstance(tokenizer.model_max_length, int) and 0 < tokenizer.model_max_length < _LONG:
        found.append(tokenizer.model_max_length)
    return min(found, default=_DEFAULT_LIMIT)


def out_of_memory(error: BaseException) -> bool:
    text = str(error).casefold()
    return isinstance(error, MemoryError) or "out of memory" in text or "not enough memory" in text or "can't allocate memory" in text


def device(wanted: str) -> str:
    """The device to compute on. Raises ModelError where the one that was named is not there."""
    import torch

    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available, "cpu": lambda: True}
    if wanted == "auto":
        return next(name for name, available in there.items() if available())
    if not there[wanted]():
        raise ModelError(f'there is no device {wanted!r} here; set `device = "cpu"` or "auto" in [tool.tqcheck.neural]')
    return wanted


def card(name: ModelName, settings: NeuralSettings) -> Card:
    """What a model says of itself, without loading it. Raises ModelError, MissingExtra."""
    require()
    wanted = settings_of(name)
    return Card(wanted, locate(wanted.model, wanted.revision, download=settings.download, pickle=wanted.pickle))


def load(name: ModelName, settings: NeuralSettings, auto: str, limit: int | None = None) -> Model:
    """A model with the head that `auto` names ("AutoModelForSequenceClassification" …), and its tokenizer.

    Raises ModelError where its weights do not fill that architecture: a head made up at random would speak nonsense.
    """
    own = card(name, settings)
    import torch
    import transformers

    where = device(settings.device)
    say_licence(own)
    with quiet():
        try:
            model, info = getattr(transformers, auto).from_pretrained(
                own.folder, local_files_only=True, trust_remote_code=False, use_safetensors=own.files[0].suffix == ".safetensors",
                dtype=torch.float32 if where == "cpu" else "auto", output_loading_info=True,
            )  # fmt: skip
        except Exception as error:
            raise ModelError(f"model {own.name}: is no {auto.removeprefix('AutoModelFor')} model that can be loaded: {_first_line(error)}") from None
    missing = sorted(str(k) for k in info.get("missing_keys", ()))
    if missing:
        raise ModelError(f"model {own.name}: lacks weights of a {type(model).__name__} ({', '.join(missing[:3])} …); it was made for something else")
    if info.get("mismatched_keys"):
        raise ModelError(f"model {own.name}: weights of another size than config.json says")
    return Model(own, model.to(where).eval(), tokenizer(own, settings), where, settings, limit)


def tokenizer(own: Card, settings: NeuralSettings) -> Any:
    """The tokenizer of a model, from its own folder or the one that the user names."""
    from transformers import AutoTokenizer

    named = own.wanted.tokenizer
    folder = locate(named, download=settings.download) if named else own.folder
    if not any(next(folder.glob(pattern), None) for pattern in _VOCABULARIES):  # transformers 5 makes one up, that knows no word
        raise ModelError(f"model {own.name}: there is no tokenizer in {folder}; name one with `tokenizer = …`")
    with quiet(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Recommended: pip install sacremoses")
        try:
            return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        except Exception as error:
            hint = "" if named else "; name one with `tokenizer = …`"
            raise ModelError(f"model {own.name}: its tokenizer cannot be loaded: {_first_line(error)}{hint}") from None


def write_card(folder: Path, told: Mapping[str, Any]) -> None:
    """Adds to what a folder's tqcheck.json says of its model."""
    path = folder / "tqcheck.json"
    before = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps({**before, **told}, indent=1, ensure_ascii=False), "utf-8")


def say_licence(own: Card) -> None:
    if own.non_commercial:
        _log.warning("%s: licence %s: not for commercial use", own.name, own.licence)


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:300]


class quiet:
    """Keeps transformers from talking while it loads: what matters is checked and said by us."""

    def __enter__(self) -> None:
        from transformers.utils import logging as chatter

        self.level = chatter.get_verbosity()
        self.bars = chatter.is_progress_bar_enabled()
        chatter.set_verbosity_error()
        chatter.disable_progress_bar()

    def __exit__(self, *_: object) -> None:
        from transformers.utils import logging as chatter

        chatter.set_verbosity(self.level)
        if self.bars:
            chatter.enable_progress_bar()


class Progress:
    """A line on standard error, only where that is a terminal and the work takes longer than a moment."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total = what, total
        self.began = time.monotonic()
        self.shown = False

    def show(self, done: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - self.began > 2:
            sys.stderr.write(f"\r{self.what} {done}/{self.total}"[:100])
            self.shown = True

    def clear(self) -> None:
        if self.shown:
            sys.stderr.write("\r" + " " * 100 + "\r")


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


def weighted(rows: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Mean of rows by weight."""
    import torch

    w = torch.tensor(list(weights), dtype=torch.float32)
    stacked = torch.stack(list(rows))
    return (stacked * w.view(-1, *[1] * (stacked.dim() - 1))).sum(0) / w.sum()
