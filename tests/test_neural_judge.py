"""The judge against a local server that answers, errs, lies, drips and hangs."""
from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tqcheck
from tqcheck.config import JudgeSettings
from tqcheck.errors import ConfigError
from tqcheck.neural.judge import Judge, JudgeError

TEXT = "The harbour was shut on Monday. The ferry was also shut, the minister told to reporters."


def answer(*errors: Any, around: str = "%s", usage: Any = None) -> dict[str, Any]:
    return {"choices": [{"message": {"content": around % json.dumps({"errors": list(errors)})}}], "usage": usage or {"prompt_tokens": 200, "completion_tokens": 50}}


ERROR = {"span": "told to", "context": "the minister told to reporters", "category": "fluency/grammar", "severity": "major", "explanation": "no “to” here", "suggestion": "told"}


class Server:
    """Plays back replies: a JSON value, bytes, a status, ("redirect", url), or a number of seconds to hang."""

    def __init__(self) -> None:
        self.replies: list[Any] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.times: list[float] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.times.append(time.monotonic())
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                outer.headers.append(self.headers)
                reply = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                with contextlib.suppress(OSError):  # the client has gone
                    outer.play(self, reply)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"

    @staticmethod
    def play(handler: http.server.BaseHTTPRequestHandler, reply: Any) -> None:
        if isinstance(reply, float):
            time.sleep(reply)
            return
        if isinstance(reply, tuple) and reply[0] == "drip":
            handler.send_response(200)
            handler.end_headers()
            for _ in range(40):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)
            return
        status, body = (reply, b"{}") if isinstance(reply, int) else (200, reply if isinstance(reply, bytes) else json.dumps(reply).encode())
        if isinstance(reply, tuple):
            status, body = 302, b""
        handler.send_response(status)
        if status == 429:
            handler.send_header("Retry-After", "0")
        if isinstance(reply, tuple):
            handler.send_header("Location", reply[1])
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tqcheck.neural.judge._LONGEST_PAUSE", 0.02)


def settings(server: Server, **more: Any) -> JudgeSettings:
    return JudgeSettings(**{"endpoint": server.url, "model": "opinionated", "per_minute": 1e6, "timeout": 0.5, "retries": 2, **more})


@pytest.mark.parametrize("around", ["%s", "Here you are:\n```json\n%s\n```\nRegards {x}"])
def test_errors_become_findings(server: Server, around: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TQCHECK_JUDGE_KEY", "secret")
    server.replies = [answer(ERROR, around=around)]
    said = Judge(settings(server, price_in=1.0, price_out=10.0)).judge(TEXT, "en", "Гавань закрыли в понедельник.", "ru", start=7)
    (finding,) = said.findings
    assert TEXT[finding.start - 7 : finding.end - 7] == finding.text == "told to"
    assert (finding.rule, finding.severity, finding.category, finding.suggestions) == ("model-opinion", "major", "fluency/grammar", ("told",))
    assert "opinion" in finding.message
    assert said.cost == pytest.approx((200 + 500) / 1e6)
    assert "200 + 50 tokens, cost 0.0007" in said.in_words("opinionated")
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert json.loads(server.asked[0]["messages"][1]["content"])["original"].startswith("Гавань")


@pytest.mark.parametrize("error", [
    {**ERROR, "span": "words that are not there", "context": None},
    {**ERROR, "span": "shut", "context": None},  # twice in the text
    {**ERROR, "span": "", "context": None}, {**ERROR, "span": 7}, {**ERROR, "span": TEXT * 3}, "a string", None, {},
    {**ERROR, "span": "shut", "context": "it was shut for good"},
])  # fmt: skip
def test_what_is_not_in_the_text_is_dropped(server: Server, error: Any) -> None:
    server.replies = [answer(error, ERROR)]
    said = Judge(settings(server)).judge(TEXT, "en")
    assert [f.text for f in said.findings] == ["told to"]
    assert said.dropped == 1


def test_context_tells_which_of_two_is_meant(server: Server) -> None:
    server.replies = [answer({**ERROR, "span": "shut", "context": "was also shut,", "suggestion": None})]
    (finding,) = Judge(settings(server)).judge(TEXT, "en").findings
    assert finding.start == TEXT.rindex("shut")
    assert finding.suggestions == ()


def test_odd_values_are_tamed(server: Server) -> None:
    server.replies = [answer({**ERROR, "severity": "CRITICAL", "category": "weirdness", "suggestion": "x" * 500, "explanation": ["a"]}, usage={"prompt_tokens": "many"})]
    (finding,) = Judge(settings(server)).judge(TEXT, "en").findings
    assert (finding.severity, finding.category, finding.suggestions) == ("major", "other", ())


def test_answers_are_cached(server: Server, tmp_path: Path) -> None:
    server.replies = [answer(ERROR)]
    asked = Judge(settings(server, cache=str(tmp_path / "cache")))
    first, second = asked.judge(TEXT, "en"), asked.judge(TEXT, "en")
    assert first.findings == second.findings
    assert (first.calls, second.calls, second.cached, second.tokens_in) == (1, 0, 1, 0)
    assert Judge(settings(server, cache=str(tmp_path / "cache"))).judge(TEXT, "en").cached == 1
    assert len(server.asked) == 1
    for kept in (tmp_path / "cache").iterdir():
        kept.write_text('{"errors": [')
    assert Judge(settings(server, cache=str(tmp_path / "cache"))).judge(TEXT, "en").calls == 1


@pytest.mark.parametrize("trouble", [500, 429, b"{\"choices\": [{\"mess", b"", b"<html>", {"choices": []}, [], {"choices": [{"message": {"content": "No errors, I think."}}]}, 2.0, ("drip",)])
def test_trouble_is_met_with_another_try_then_said(server: Server, trouble: Any) -> None:
    server.replies = [trouble, answer(ERROR)]
    assert len(Judge(settings(server)).judge(TEXT, "en").findings) == 1
    server.replies = [trouble]
    with pytest.raises(JudgeError, match="no usable answer 2 times"):
        Judge(settings(server, retries=1)).judge(TEXT, "en")


@pytest.mark.parametrize(("trouble", "message"), [(401, "key"), (404, "404"), (("redirect", "http://127.0.0.1:9/steal"), "302"), (b"x" * (1 << 21), "more than 1 MB")])
def test_some_trouble_is_final(server: Server, trouble: Any, message: str) -> None:
    server.replies = [trouble]
    with pytest.raises(JudgeError, match=message):
        Judge(settings(server)).judge(TEXT, "en")
    assert len(server.asked) == 1


def test_calls_are_spaced_out(server: Server) -> None:
    server.replies = [answer()]
    asked = Judge(settings(server, per_minute=600))
    began = time.monotonic()
    for n in range(3):
        asked.judge(f"{TEXT} {n}", "en")
    assert time.monotonic() - began >= 0.2  # as seen from here: on a busy machine they may arrive closer together
    assert len(server.times) == 3


def test_long_articles_are_asked_in_parts(server: Server) -> None:
    server.replies = [answer(ERROR)]
    text = ("Nothing is wrong with this sentence at all. " * 150 + "The minister told to reporters so.\n") * 2
    said = Judge(settings(server)).judge(text, "en", "Исходный текст. " * 800)
    assert said.calls == len(server.asked) >= 3
    assert all(text[f.start : f.end] == f.text for f in said.findings)
    assert len(said.findings) == 2
    assert all(len(json.loads(q["messages"][1]["content"])["text"]) <= 6000 for q in server.asked)


@pytest.mark.parametrize("more", [{"endpoint": "ftp://x"}, {"endpoint": "localhost:8000"}, {"model": ""}])
def test_settings_that_mean_nothing(server: Server, more: Any) -> None:
    with pytest.raises(ConfigError, match="judge"):
        Judge(settings(server, **more))


def test_report_carries_opinions_and_cost(server: Server) -> None:
    server.replies = [answer({**ERROR, "severity": "critical"})]
    config = {"judge": {"endpoint": server.url, "model": "opinionated"}}
    checker = tqcheck.Checker(config)
    report = checker.check(TEXT, lang="en")
    (finding,) = [f for f in report.findings if f.rule == "model-opinion"]
    assert finding.severity != "critical"
    assert report.text[finding.start : finding.end] == finding.text
    assert finding.fingerprint
    assert report.outcome == tqcheck.Checker().check(TEXT, lang="en").outcome
    assert any("judge opinionated: 1 calls" in note for note in report.notes)
    assert {c.rule: c.status for c in report.checks}["model-opinion"] == "ran"
    assert "judge:opinionated" in report.signature
    from tqcheck.report import github, gitlab, junit, sarif

    for form in (sarif, junit, github, gitlab):
        assert "opinion" in "".join(form.render([report])) or report.outcome.verdict == "pass"


def test_many_threads_ask_once_each(server: Server) -> None:
    server.replies = [answer(ERROR)]
    asked = Judge(settings(server))
    found: list[Any] = []
    threads = [threading.Thread(target=lambda n=n: found.append(asked.judge(f"{TEXT} {n}", "en"))) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sum(s.calls for s in found) == 6
