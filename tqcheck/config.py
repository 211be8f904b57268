"""Settings: `[tool.tqcheck]` of pyproject.toml, tqcheck.toml, or a dict with the same keys. Unknown keys are errors that name the nearest known one."""
from __future__ import annotations

import difflib
import fnmatch
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from tqcheck.errors import ConfigError
from tqcheck.model import Severity

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
FailOn = Literal["minor", "major", "critical", "never"]


class Section(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Base of every section."""


class Gate(Section, frozen=True):
    """What fails: findings of `fail_on` or worse with at least `min_confidence`; machine translation; too many MQM points."""

    fail_on: FailOn = "major"
    min_confidence: Share = 0.8
    machine_translation: Literal["block", "credited", "allow"] = "credited"
    """"credited": allowed where the page says so itself."""
    mqm_per_1000_words: Annotated[float, msgspec.Meta(ge=0)] | None = None
    """Limit of MQM points per 1,000 words, judged by the lower end of a 95 % interval, so that short texts are not punished."""
    require: tuple[str, ...] = ()
    """Rules or families that must have run, or the verdict is incomplete."""


class ProvenanceSettings(Section, frozen=True):
    prior: dict[Literal["machine", "human", "original"], Share] = {}
    """machine, human, original: what share of incoming articles each is; equal where not given."""
    max_false_accusations: Share | None = None
    model: str | None = None
    """Path of weights made by `tqcheck train provenance`."""


class NamesSettings(Section, frozen=True):
    people: tuple[str, ...] = ()
    """Files of people (TSV, JSON Lines, or SQLite made by `tqcheck names import`)."""
    register: bool = True
    prefer: tuple[str, ...] = ()
    """House style: the spellings this house writes, for example "Kyiv", "Zelenskyy"; their variants become minor findings."""


class ModelSettings(Section, frozen=True):
    """One neural model. A string stands for `{model = "…"}`."""

    model: str
    """A folder, or a name on the Hugging Face hub (fetched only where `download` is true, otherwise taken from the local cache)."""
    revision: str | None = None
    tokenizer: str | None = None
    """Folder or hub name of the tokenizer, where the model comes without one (MetricX)."""
    pickle: bool = False
    """Read pickled weights too: they can run code when loaded."""
    labels: tuple[Literal["machine", "human", "original", "translation", "other"], ...] = ()
    """detector: what its classes are, in their order, where their names do not say."""
    kind: Literal["auto", "metricx-23", "metricx-24", "comet", "regression"] = "auto"
    inputs: tuple[Literal["source", "candidate", "reference"], ...] = ()
    """metric: what a regression model reads, in this order; default: reference, candidate."""
    range: tuple[float, float] = (0.0, 1.0)
    """metric: a regression model's figures for the worst and the best translation."""


ModelName = str | ModelSettings


class NeuralSettings(Section, frozen=True):
    """Models that the extra `neural` runs. Nothing is fetched unless a hub name stands here and `download` is true."""

    download: bool = False
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    batch_tokens: Annotated[int, msgspec.Meta(ge=1)] = 8192
    """Tokens in one batch, padding counted; smaller where memory runs out."""
    detector: ModelName | None = None
    metric: tuple[ModelName, ...] = ()
    surprisal: ModelName | None = None
    roundtrip: dict[str, ModelName] = {}
    """Translation models by direction: "en-ru" and "ru-en" for English articles translated from Russian."""
    entities: ModelName | None = None
    similarity: ModelName | None = None


class JudgeSettings(Section, frozen=True):
    """A language model behind an OpenAI-compatible endpoint whose opinion is asked."""

    endpoint: str | None = None
    """Such as "http://localhost:8000/v1"; articles are sent there."""
    model: str = ""
    key_variable: str = "TQCHECK_JUDGE_KEY"
    """Environment variable that holds the key."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    retries: Annotated[int, msgspec.Meta(ge=0)] = 3
    per_minute: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    cache: str | None = None
    """Folder where answers are kept; None: for this process only."""
    price_in: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    price_out: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """Price of a million tokens read and written, in whatever currency."""
    confidence: Share = 0.5
    """Confidence of its findings, as nothing is known of how often an editor agrees with this model."""


class Override(Section, frozen=True):
    """Other rules for some articles: those whose name fits one of `paths`, in `lang`, translated from `source_lang`; what is not given fits all."""

    paths: tuple[str, ...] = ()
    lang: str | None = None
    source_lang: str | None = None
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}

    def fits(self, name: str, lang: str | None, source_lang: str | None) -> bool:
        """Whether it applies to an article; `paths` as in shells, matched against the whole name or its end."""
        path = Path(name)
        named = not self.paths or any(path.match(p) or fnmatch.fnmatch(path.as_posix(), p) for p in self.paths)
        return named and self.lang in (None, lang) and self.source_lang in (None, source_lang)


class Settings(Section, frozen=True):
    """All settings, with the defaults of the product."""

    select: tuple[str, ...] = ()
    """Rules or families to run; empty: all that are on by default."""
    ignore: tuple[str, ...] = ()
    min_confidence: Share = 0.5
    lang: str | None = None
    ter: Literal["auto", "always", "never"] = "auto"
    """TER against references: auto leaves it out of long texts, as its cost grows with the square of their length."""
    severity: dict[str, Severity] = {}
    """Rule or family → severity."""
    override: tuple[Override, ...] = ()
    """`[[tool.tqcheck.override]]` tables: other rules for some paths or language pairs; later ones win."""
    baseline: str | None = None
    """File of problems that were there before (`--write-baseline`): they are marked and do not fail."""
    suppress: tuple[str, ...] = ()
    """Review records saved by the editor's page: what editors settled is marked and does not fail."""
    gate: Gate = Gate()
    provenance: ProvenanceSettings = ProvenanceSettings()
    names: NamesSettings = NamesSettings()
    neural: NeuralSettings = NeuralSettings()
    judge: JudgeSettings = JudgeSettings()


def from_dict(table: dict[str, Any], where: str = "config") -> Settings:
    """Settings from a dict with the keys of `[tool.tqcheck]`. Raises ConfigError that names key, value, what is wanted and the nearest known."""
    try:
        return msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        from msgspec.inspect import type_info

        wrong = next(_wrong(table, type_info(Settings), ""), str(error))
        raise ConfigError(f"{where}: {wrong}") from None


def _wrong(value: Any, kind: Any, place: str) -> Iterator[str]:
    """What is wrong with a value of the settings, in words. kind: its type, as msgspec describes it."""
    from msgspec import inspect

    head = f"{place}: " if place else ""
    match kind, value:
        case inspect.UnionType(), _:
            found = [(k, list(_wrong(value, k, place))) for k in kind.types]
            if all(wrong for _, wrong in found):
                inner = [wrong for k, wrong in found if isinstance(k, inspect.StructType) and isinstance(value, dict)]
                yield inner[0][0] if inner else _refused(value, kind, place)
        case inspect.StructType(), dict():
            fields = {field.encode_name: field for field in kind.fields}
            for key, item in value.items():
                if key in fields:
                    yield from _wrong(item, fields[key].type, f"{place}.{key}" if place else key)
                else:
                    near = difflib.get_close_matches(str(key).replace("_", "-"), fields, 1)
                    yield f"{head}unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(fields)}")
            if missing := [name for name, field in fields.items() if field.required and name not in value]:
                yield f"{head}lacks {missing[0]!r}"
        case inspect.DictType(), dict():
            for key, item in value.items():
                if any(_wrong(key, kind.key_type, "")):
                    yield _refused(key, kind.key_type, f"{place}: a key")
                yield from _wrong(item, kind.value_type, f"{place}.{key}")
        case inspect.VarTupleType(), list() | tuple():
            for number, item in enumerate(value, 1):
                yield from _wrong(item, kind.item_type, f"{place} {number}")
        case inspect.TupleType(), list() | tuple() if len(value) == len(kind.item_types):
            for number, item in enumerate(value, 1):
                yield from _wrong(item, kind.item_types[number - 1], f"{place} {number}")
        case _:
            if not _fits(value, kind):
                yield _refused(value, kind, place)


def _fits(value: Any, kind: Any) -> bool:
    from msgspec import inspect

    match kind:
        case inspect.LiteralType():
            return value in kind.values
        case inspect.IntType() | inspect.FloatType():
            right = isinstance(value, int if isinstance(kind, inspect.IntType) else int | float) and not isinstance(value, bool)
            return right and not ((kind.ge is not None and value < kind.ge) or (kind.gt is not None and value <= kind.gt) or (kind.le is not None and value > kind.le))
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.NoneType():
            return value is None
        case _:
            return False


def _refused(value: Any, kind: Any, place: str) -> str:
    known = [v for k in getattr(kind, "types", (kind,)) for v in getattr(k, "values", ())]
    near = difflib.get_close_matches(value, known, 1) if isinstance(value, str) else []
    shown = "a table" if isinstance(value, dict) else repr(value).replace("True", "true").replace("False", "false")[:60]
    return f"{place or 'the settings'} should be {_wanted(kind)}, not {shown}" + (f"; did you mean {near[0]!r}?" if near else "")


def _wanted(kind: Any) -> str:
    """What a type wants, in words."""
    from msgspec import inspect

    match kind:
        case inspect.UnionType():
            return " or ".join(_wanted(k) for k in kind.types if not isinstance(k, inspect.NoneType))
        case inspect.LiteralType():
            return f"one of {', '.join(map(repr, kind.values))}"
        case inspect.IntType() | inspect.FloatType():
            name = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
            if kind.ge is not None and kind.le is not None:
                return f"{name} from {kind.ge:g} to {kind.le:g}"
            return name + (f" of at least {kind.ge:g}" if kind.ge is not None else f" above {kind.gt:g}" if kind.gt is not None else "")
        case inspect.TupleType():
            return f"a list of {len(kind.item_types)}"
        case inspect.VarTupleType():
            return "a list of tables" if isinstance(kind.item_type, inspect.StructType) else "a list of strings" if isinstance(kind.item_type, inspect.StrType) else "a list"
        case inspect.StrType():
            return "a string"
        case inspect.BoolType():
            return "true or false"
        case _:
            return "a table"


def from_file(path: str | Path) -> Settings:
    """Settings from a pyproject.toml (its [tool.tqcheck]) or a tqcheck.toml (the same table, at top level or under [tool.tqcheck])."""
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    inner = table.get("tool", {}).get("tqcheck")
    if inner is None:
        inner = {} if path.name == "pyproject.toml" else table
    return from_dict(inner, str(path))


def load(config: dict[str, Any] | str | Path | Settings | None) -> Settings:
    """Settings from whatever `Checker(config=…)` accepts."""
    if config is None:
        return Settings()
    if isinstance(config, Settings):
        return config
    if isinstance(config, dict):
        return from_dict(config)
    return from_file(config)


def find(folder: Path) -> Path | None:
    """The nearest tqcheck.toml, or pyproject.toml with a [tool.tqcheck], at or above a folder."""
    for place in (folder, *folder.parents):
        if (own := place / "tqcheck.toml").is_file():
            return own
        project = place / "pyproject.toml"
        if project.is_file() and "[tool.tqcheck" in project.read_text("utf-8", "replace"):
            return project
    return None
