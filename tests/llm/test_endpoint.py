"""What an endpoint can do to us: each way of failing is a clear line in the transcript, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from fake_endpoint import Behaviour, endpoint

pytest.importorskip("pydantic_ai", reason="extra 'llm' is not installed")

from kernelmill.authors.llm.asking import MAX_REPLY, Asking
from kernelmill.authors.llm.endpoint import Endpoint
from kernelmill.authors.llm.meter import Meter, prompt_tokens
from kernelmill.authors.llm.model import Message, Request
from kernelmill.authors.llm.prices import Price
from kernelmill.authors.llm.transcript import Exchange, Transcript, read
from kernelmill.core.budget import Budget

CODE = "Here:\n```cpp\nvoid km_silu() {}\n```\n"
SECRET = "sk-very-secret-0451"


def ask(
    *behaviours: Behaviour, path: Path | None = None, timeout: float = 5.0, tries: int = 3, budget: Budget | None = None
) -> tuple[Exchange, Asking]:
    with endpoint(*behaviours) as (url, _):
        model = Endpoint("fake", url, "KM_TEST_KEY", timeout=timeout)
        meter = Meter(budget or Budget(), Price(1.0, 2.0, "test"))
        asking = Asking(model, meter, Transcript(path), tries=tries, pause=0.01)
        request = Request("t/sample/0/0", (Message("system", "s"), Message("user", "u" * 70)), max_tokens=64)
        return asyncio.run(asking.ask(request)), asking


def test_a_good_reply_is_read_whole_and_counted_as_the_endpoint_counts() -> None:
    exchange, asking = ask(CODE)
    assert exchange.text == CODE
    assert exchange.fault == ""
    assert (exchange.input_tokens, exchange.output_tokens) == (50, len(CODE) // 4)
    assert asking.meter.budget.used["tokens"] == 50 + len(CODE) // 4
    assert exchange.dollars == pytest.approx((50 + 2 * (len(CODE) // 4)) / 1e6)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_tried_again(status: int) -> None:
    exchange, _ = ask(status, CODE)
    assert exchange.text == CODE
    assert len(exchange.tries) == 1
    assert str(status) in exchange.tries[0]


@pytest.mark.parametrize(("status", "fault"), [(429, "rate_limit"), (500, "server")])
def test_a_lasting_fault_ends_as_a_record(status: int, fault: str) -> None:
    exchange, asking = ask(status)
    assert exchange.fault == fault
    assert len(exchange.tries) == 2
    assert asking.transcript.exchanges == [exchange]


def test_retry_after_is_obeyed() -> None:
    began = time.monotonic()
    exchange, _ = ask(("retry_after", 0.4), CODE)
    assert exchange.fault == ""
    assert time.monotonic() - began >= 0.4


def test_a_refusal_is_not_repeated() -> None:
    exchange, _ = ask(401, CODE)
    assert exchange.fault == "refused"
    assert exchange.tries == ()


def test_an_endpoint_that_hangs_is_given_up() -> None:
    began = time.monotonic()
    exchange, _ = ask(("hang", 3.0), timeout=0.3, tries=2)
    assert exchange.fault == "timeout"
    assert time.monotonic() - began < 2.0


def test_a_cut_stream_keeps_what_came() -> None:
    exchange, _ = ask(("cut", CODE * 4), tries=1)
    assert exchange.fault == "cut"
    assert exchange.text.startswith("Here:")
    assert exchange.output_tokens > 0


def test_a_runaway_reply_is_cut() -> None:
    exchange, _ = ask("x" * (1 << 20), tries=1)
    assert exchange.fault == "bad_answer"
    assert MAX_REPLY <= len(exchange.text) < MAX_REPLY + 8192


def test_a_token_limit_stops_the_reply_in_flight() -> None:
    budget = Budget(tokens=100)
    exchange, asking = ask(("drip", "word " * 400), budget=budget)
    assert exchange.fault == "budget"
    assert 0 < len(exchange.text) < 400
    assert 100 <= budget.used["tokens"] <= 106
    assert not asking.meter.room()


def test_a_money_limit_stops_the_reply_in_flight() -> None:
    budget = Budget(money=0.0002)
    exchange, _ = ask(("drip", "word " * 400), budget=budget)
    assert exchange.fault == "budget"
    assert 0.0002 <= budget.used["money"] <= 0.00022


def test_no_secret_reaches_the_transcript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM_TEST_KEY", SECRET)
    with endpoint(("refuse", f"Incorrect API key provided: {SECRET}."), f"Your key is {SECRET}.") as (url, fake):
        model = Endpoint("fake", url.replace("http://", f"http://user:{SECRET}@"), "KM_TEST_KEY")
        asking = Asking(model, Meter(Budget(), Price(0, 0, "")), Transcript(tmp_path / "t.jsonl"))
        for key in ("a/s/0/0", "a/s/1/0"):
            asyncio.run(asking.ask(Request(key, (Message("user", "hello"),))))
            asking.model = Endpoint("fake", url, "KM_TEST_KEY")
    assert any(SECRET in h.get("authorization", "") for h in fake.headers)
    assert SECRET not in (tmp_path / "t.jsonl").read_text()
    refused, told = read(tmp_path / "t.jsonl")
    assert refused.fault == "refused"
    assert "Incorrect API key provided: (key)." in refused.detail
    assert told.text == "Your key is (key)."


def test_the_estimate_is_near_what_a_model_counted_and_not_below() -> None:
    for e in read(Path(__file__).parent / "recordings" / "silu-smollm2.jsonl"):
        estimated = prompt_tokens([Message(m["role"], m["text"]) for m in e.messages])  # type: ignore[arg-type]
        assert e.input_tokens <= estimated <= 1.3 * e.input_tokens


def test_a_prompt_that_costs_more_than_is_left_is_not_sent() -> None:
    budget = Budget(tokens=20)
    exchange, asking = ask(CODE, budget=budget)
    assert exchange.fault == "budget"
    assert "nothing was sent" in exchange.detail
    assert budget.used["tokens"] == 0
    assert not asking.meter.room()
