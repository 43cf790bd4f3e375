"""The author at work: what it asks, what becomes a candidate, and that a transcript replays to the same candidates with no endpoint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_endpoint import Fake, endpoint

pytest.importorskip("pydantic_ai", reason="extra 'llm' is not installed")

from kernelmill.authors import AUTHORS
from kernelmill.authors.llm.answer import extract
from kernelmill.authors.llm.author import Llm
from kernelmill.authors.llm.meter import prompt_tokens
from kernelmill.authors.llm.model import Message
from kernelmill.authors.llm.ways import compiler_cut
from kernelmill.core.author import Brief
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record
from kernelmill.core.verdict import Failure, Speedup, Status, Verdict

GOOD = 'extern "C" void km_silu(const float* x, float* y, int64_t N) { /* %d */ }'


def fenced(number: int) -> str:
    return f"Sure.\n```cpp\n{GOOD % number}\n```\nDone."


def record(candidate: Candidate, status: Status, failure: Failure | None = None, speedup: float = 0.0) -> Record:
    speeds = {"eager": Speedup(speedup, speedup, speedup)} if speedup else {}
    verdict = Verdict(status, failure=failure, speedup=speeds)
    return Record(candidate, verdict, "d", "x86", "ci", "screen", {}, "gcc", "1", 0.0)


def author(url: str, **options: object) -> Llm:
    return Llm(model="fake", base_url=url, price="1,1", prompt="small", **options)  # type: ignore[arg-type]


def texts(fake: Fake) -> list[str]:
    return [r["messages"][-1]["content"] for r in fake.requests]


def test_samples_are_independent_and_end_at_their_number(brief: Brief) -> None:
    with endpoint(*(fenced(i) for i in range(5))) as (url, fake):
        session = author(url, way="sample", samples=3, concurrency=1).begin(brief)
        first = session.ask([], 2, Budget())
        rest = session.ask([], 5, Budget())
        assert session.ask([], 5, Budget()) == []
    assert len({c.id for c in (*first, *rest)}) == 3
    assert all(len(r["messages"]) == 2 for r in fake.requests)
    assert [r["temperature"] for r in fake.requests] == [0.0, 0.7, 0.7]


def test_repair_sends_the_report_back_into_the_conversation(brief: Brief) -> None:
    with endpoint(fenced(0), fenced(1)) as (url, fake):
        session = author(url, way="repair", samples=1, repairs=1).begin(brief)
        (bad,) = session.ask([], 1, Budget())
        failure = Failure("wrong at the tail", detail="row 3: 1.0 2.0 nan", workload="silu[N=17 normal]", hint="N % 16 is left out")
        session.tell(record(bad, Status.WRONG_VALUE, failure))
        (mended,) = session.ask([], 1, Budget())
        session.tell(record(mended, Status.WRONG_VALUE, failure))
        assert session.ask([], 1, Budget()) == []
    assert mended.lineage.parents == (bad.id,)
    assert [m["role"] for m in fake.requests[1]["messages"]] == ["system", "user", "assistant", "user"]
    report = texts(fake)[1]
    assert all(part in report for part in ("WRONG_VALUE", "N=17", "row 3", "N % 16"))


def test_a_short_context_gets_a_report_that_stands_alone(brief: Brief) -> None:
    failure = Failure("wrong at the tail", detail="row 3: 1.0 2.0 nan " * 60, workload="silu[N=17 normal]", hint="N % 16 is left out")
    with endpoint(fenced(0), fenced(1)) as (url, fake):
        session = author(url, way="repair", samples=1, repairs=1, prompt_tokens=300).begin(brief)
        (bad,) = session.ask([], 1, Budget())
        session.tell(record(bad, Status.WRONG_VALUE, failure))
        assert session.ask([], 1, Budget())
    for request in fake.requests:
        assert prompt_tokens([Message(m["role"], m["content"]) for m in request["messages"]]) <= 300
    assert [m["role"] for m in fake.requests[1]["messages"]] == ["user"]
    report = texts(fake)[1]
    assert all(part in report for part in (GOOD % 0, "WRONG_VALUE", "N=17", "N % 16", "F.silu"))
    assert "row 3" not in report


def test_refine_promises_a_gain_and_learns_what_came_of_it(brief: Brief) -> None:
    promise = json.dumps({"bottleneck": "scalar exp", "evidence": "expf", "method": "vectorise exp", "expected_ratio": 0.5})
    with endpoint(fenced(0), promise, fenced(1), promise, fenced(2)) as (url, fake):
        session = author(url, way="refine", samples=3, concurrency=1).begin(brief)
        (first,) = session.ask([], 1, Budget())
        best = record(first, Status.CORRECT, speedup=1.1)
        session.tell(best)
        (second,) = session.ask([best], 1, Budget())
        session.tell(record(second, Status.FASTER, speedup=1.9))
        session.ask([best], 1, Budget())
    assert "scalar exp -> vectorise exp; expected 0.50x" in second.lineage.note
    assert fake.requests[1]["response_format"]["type"] == "json_schema"
    assert "measured 1.90x against eager" in fake.requests[3]["messages"][0]["content"]


def test_plan_comes_before_code(brief: Brief) -> None:
    with endpoint("Two passes, 16 lanes.", fenced(0)) as (url, fake):
        session = Llm(model="fake", base_url=url, price="1,1", way="plan", samples=1).begin(brief)
        (made,) = session.ask([], 1, Budget())
    assert "Two passes, 16 lanes." in texts(fake)[1]
    assert "planned first" in made.lineage.note


def test_every_answer_of_moves_is_a_printed_kernel(brief: Brief) -> None:
    with endpoint(json.dumps({"choice": "B"}), json.dumps({"choice": "Z"})) as (url, fake):
        session = author(url, way="moves", samples=2, concurrency=1).begin(brief)
        (made,) = session.ask([], 1, Budget())
        assert session.ask([], 1, Budget()) == []
    assert "km_silu(" in made.source
    assert made.lineage.note.removeprefix("chose ") in texts(fake)[0]
    assert made.lineage.moves
    assert fake.requests[0]["response_format"]["json_schema"]["schema"]["properties"]["choice"]["enum"][:2] == ["A", "B"]


def test_a_reply_without_code_is_kept_for_the_judge_to_refuse(brief: Brief) -> None:
    with endpoint("I cannot help with that.") as (url, _):
        (made,) = author(url, way="sample", samples=1).begin(brief).ask([], 1, Budget())
    assert made.files == (("answer.txt", "I cannot help with that."),)
    assert "no code" in made.lineage.note


def test_two_code_blocks_the_one_with_the_entry_is_taken() -> None:
    text = f"```cpp\nint helper_example();\n```\nThen:\n```cpp\n{GOOD % 7}\n```\nRun it:\n```sh\nmake\n```"
    assert extract(text, "km_silu").code == GOOD % 7
    assert extract("```\nunclosed km_silu() {}", "km_silu").code == "unclosed km_silu() {}"
    assert extract("no code here", "km_silu").code == ""


def test_a_transcript_replays_to_the_same_candidates(brief: Brief, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"

    def run(made_by: Llm) -> list[str]:
        session = made_by.begin(brief)
        found = session.ask([], 2, Budget())
        session.tell(record(found[0], Status.COMPILE_ERROR, Failure("does not compile", detail="kernel.cpp:1:1: error: x")))
        found += session.ask([], 1, Budget())
        return [c.id for c in found]

    with endpoint(*(fenced(i) for i in range(9))) as (url, _):
        recorded = run(author(url, way="repair", samples=2, concurrency=1, transcript=str(path)))
    assert run(Llm(way="repair", samples=2, replay=str(path))) == recorded
    assert len(recorded) == 3


def test_a_limit_in_dollars_needs_a_price(brief: Brief) -> None:
    with pytest.raises(UserError, match="needs a price"):
        Llm(model="nobody-knows-this-one", base_url="http://127.0.0.1:9/v1").begin(brief).ask([], 1, Budget(money=0.01))


def test_bad_options_name_what_is_allowed(brief: Brief) -> None:
    with pytest.raises(UserError, match="unknown way of working"):
        AUTHORS.make("llm{way=guess}").begin(brief)
    with pytest.raises(UserError, match="cannot read the price"):
        Llm(model="m", base_url="http://127.0.0.1:9/v1", price="cheap").begin(brief).ask([], 1, Budget())


def test_compiler_output_is_cut_to_the_errors() -> None:
    log = (
        "In file included from a.h:1,\n                 from k.cpp:1:\nk.cpp:3:1: warning: unused\n  int x;\n"
        "k.cpp:5:9: error: 'foo' was not declared\n    5 | foo();\n      | ^~~\nk.cpp:5:9: note: suggested\n"
    )
    assert compiler_cut(log) == "k.cpp:5:9: error: 'foo' was not declared\n    5 | foo();\n      | ^~~"
