"""Settings: where they come from, and what a wrong one is told."""
from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import tqcheck
from tqcheck import config
from tqcheck.errors import ConfigError


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"min-confidnce": 0.5}, "did you mean 'min-confidence'"),
        ({"gate": {"fail-onn": "major"}}, "did you mean 'fail-on'"),
        ({"gate": {"fail-on": "majr"}}, "^config: gate.fail-on should be one of 'critical', 'major', 'minor', 'never', not 'majr'; did you mean 'major'\\?$"),
        ({"gate": 3}, "^config: gate should be a table, not 3$"),
        ({"select": "names"}, "^config: select should be a list of strings, not 'names'$"),
        ({"select": ["names", 3]}, "^config: select 2 should be a string, not 3$"),
        ({"min-confidence": "high"}, "^config: min-confidence should be a number from 0 to 1, not 'high'$"),
        ({"min-confidence": True}, "not true$"),
        ({"min-confidence": 7}, "min-confidence"),
        ({"provenance": {"prior": {"machin": 0.5}}}, "^config: provenance.prior: a key should be one of .*; did you mean 'machine'"),
        ({"severity": {"names": "majr"}}, "^config: severity.names should be one of .*; did you mean 'major'"),
        ({"gate": {"min-confidence": -1}}, "min-confidence"),
        ({"override": [{"path": ["a"]}]}, "^config: override 1: unknown key 'path'; did you mean 'paths'"),
        ({"override": {"paths": ["a"]}}, "^config: override should be a list of tables, not a table$"),
        ({"judge": {"retries": 1.5}}, "^config: judge.retries should be a whole number of at least 0, not 1.5$"),
        ({"neural": {"metric": [{"modl": "x"}]}}, "^config: neural.metric 1: unknown key 'modl'; did you mean 'model'"),
        ({"neural": {"detector": {"revision": "x"}}}, "^config: neural.detector: lacks 'model'$"),
        ({"neural": {"batch_tokens": 9}}, "did you mean 'batch-tokens'"),
    ],
)
def test_wrong_settings_are_named(table: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        config.from_dict(table)


@pytest.mark.parametrize("table", [{"select": ["nams"]}, {"ignore": ["gendr"]}, {"severity": {"typografy": "minor"}}])
def test_unknown_rules_are_named(table: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="did you mean"):
        tqcheck.Checker(table)


@pytest.mark.parametrize("name", ["neural.md", "ci.md", "names.md"])
def test_settings_in_the_documentation_are_settings(name: str) -> None:
    written = (Path(__file__).parent.parent / "docs" / name).read_text("utf-8")
    for block in re.findall(r"```toml\n(.*?)```", written, re.S):
        table = tomllib.loads(block)
        config.from_dict(table.get("tool", {}).get("tqcheck", table))


def test_pyproject_and_own_file(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.tqcheck]\nmin-confidence = 0.7\n[tool.tqcheck.gate]\nfail-on = 'critical'\n")
    assert config.find(tmp_path) == project
    settings = config.from_file(project)
    assert (settings.min_confidence, settings.gate.fail_on) == (0.7, "critical")
    own = tmp_path / "tqcheck.toml"
    own.write_text("min-confidence = 0.9\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert config.find(inner) == own
    assert config.from_file(own).min_confidence == 0.9


@pytest.mark.parametrize("content", ["not toml [", "\xff"])
def test_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tqcheck.toml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"tqcheck\.toml"):
        config.from_file(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        config.from_file(tmp_path / "missing.toml")


def test_overrides_apply_to_their_paths_and_pairs() -> None:
    text = "The door was shut.It opened. The the end."
    override = [
        {"paths": ["opinion/*.txt"], "ignore": ["doubled-word"]},
        {"paths": ["*.txt"], "lang": "en", "severity": {"missing-space": "critical"}},
        {"source-lang": "ru", "ignore": ["typography"]},
    ]
    checker = tqcheck.Checker({"select": ["typography"], "override": override})

    def found(name: str, **known: str) -> dict[str, str]:
        return {f.rule: f.severity for f in checker.check(tqcheck.Document(text=text, name=name, lang="en"), **known).findings}

    assert found("a/opinion/x.txt") == {"missing-space": "critical"}
    assert found("a/news/x.txt") == {"missing-space": "critical", "doubled-word": "minor"}
    assert found("a/news/x.md") == {"missing-space": "minor", "doubled-word": "minor"}
    assert found("a/news/x.txt", source_lang="ru") == {}
