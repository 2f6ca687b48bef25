"""Runs through the front door: what a visitor's program does, seen over HTTP and over sockets."""

from __future__ import annotations

import itertools
import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.playground.harness import FOREVER, HELLO, Client, Service, Stream, calls, eventually

salts = itertools.count(random.randrange(1 << 20))


def fresh(count: int = 20) -> str:
    """Return a program nobody has run yet."""
    return calls(count, next(salts))


def assert_whole(stream: Stream, after: int = 0) -> None:
    """Every event behind `after`, once, in order, up to the last."""
    assert stream.report is not None
    assert stream.seqs == list(range(after + 1, stream.report["events"] + 1))


def test_hello(service: Service) -> None:
    run = service.run(HELLO)
    stream = service.stream(run)
    assert {name: stream.hello[name] for name in ("type", "run", "after")} == {"type": "hello", "run": run, "after": 0}
    assert stream.items[0]["type"] == "keyframe"
    assert stream.items[-1]["type"] == "stop"
    assert_whole(stream)
    assert stream.report is not None
    assert (stream.report["outcome"], stream.report["exit"], stream.report["stdout"]) == ("exited", {"code": 0}, "SGVsbG8sIHdvcmxkIQo=")
    assert service.status(run) == {
        "id": run, "state": "done", "attempt": 1, "events": stream.report["events"], "report": stream.report,
    }  # fmt: skip


def test_a_source_error_is_an_outcome(service: Service) -> None:
    run = service.run(f"_start: mvo eax, {next(salts)}\n")
    report = service.ended(run)
    assert report["outcome"] == "source_error"
    assert report["diagnostics"][0]["line"] == 1
    assert service.stream(run).items == []


def test_inputs_reach_the_program(service: Service) -> None:
    cat = """
_start: xor eax, eax
        xor edi, edi
        lea rsi, [rsp - 256]
        mov edx, 200
        syscall
        mov edx, eax
        mov eax, 1
        mov edi, 1
        syscall
        mov eax, 60
        mov rdi, [rsp]
        syscall
"""
    report = service.ended(service.run(cat, stdin="grüß\x00dich", argv=["prog", "a", "b"]))
    assert (report["stdout"], report["exit"]) == ("Z3LDvMOfAGRpY2g=", {"code": 3})


def test_http_tells_what_the_socket_tells(service: Service) -> None:
    run = service.run(fresh(2000))
    stream = service.stream(run)
    items, pages, complete = [], 0, False
    while not complete:
        page = service.get(f"/api/runs/{run}/events?after={len(items)}").json
        items += page["items"]
        pages += 1
        complete = page["complete"]
        assert page["last"] == len(items)
    assert items == stream.items
    assert pages > 1


def test_a_stream_cut_anywhere_resumes_without_gap_or_double(service: Service) -> None:
    run = service.run(fresh(3000))
    total: list[dict[str, object]] = []
    cuts = 0
    while True:
        stream = service.stream(run, after=len(total), leave_at=len(total) + random.randrange(1, 4000))
        total += stream.items
        if stream.report is not None:
            break
        cuts += 1
    assert cuts > 2
    whole = service.stream(run)
    assert_whole(whole)
    assert total == whole.items


@pytest.mark.parametrize("after", [1, 7, 10**6])
def test_resume_behind_any_event(service: Service, after: int) -> None:
    run = service.run(HELLO)
    stream = service.stream(run, after)
    assert stream.report is not None
    assert stream.seqs == list(range(after + 1, stream.report["events"] + 1))


def test_frames_can_be_had_deflated(service: Service) -> None:
    import zlib

    run = service.run(HELLO)
    with service.socket(run, query="&encoding=deflate") as socket:
        frames = [json.loads(zlib.decompress(frame)) for frame in socket]
    assert [frames[0]["type"], frames[-1]["type"]] == ["hello", "end"]
    assert [item for frame in frames[1:-1] for item in frame["items"]] == service.stream(run).items


def test_the_same_run_is_computed_once(service: Service) -> None:
    source = fresh(500)
    first = service.run(source)
    report = service.ended(first)
    second = service.run(source)
    status = service.status(second)
    assert second != first
    assert (status["state"], status["report"]) == ("done", report)  # at once: nothing had to run
    assert service.stream(second).items == service.stream(first).items
    assert service.status(service.run(source, seed=1))["id"] not in {first, second}


def test_many_at_once(service: Service) -> None:
    """Forty visitors, some asking for the same: everyone gets the whole of their own run."""
    sources = [calls(50 + index % 13, 10**6 + index % 13) for index in range(40)]
    with ThreadPoolExecutor(20) as pool:
        streams = list(pool.map(lambda source: service.stream(service.run(source)), sources))
    for stream in streams:
        assert_whole(stream)
    for index in range(13):
        assert len({json.dumps(stream.items) for stream in streams[index::13]}) == 1


def test_cancel_a_running_run(service: Service) -> None:
    run = service.run(FOREVER, seed=next(salts))
    eventually(lambda: service.status(run)["state"] == "running")
    answer = service.post(f"/api/runs/{run}/cancel")
    assert answer.status == 200
    assert service.ended(run)["outcome"] == "cancelled"
    assert service.stream(run).report == service.status(run)["report"]


def test_cancel_waiting_runs_and_the_queue_moves_on(service: Service) -> None:
    runs = [service.run(FOREVER, seed=next(salts)) for _ in range(9)]
    for run in reversed(runs):
        assert service.post(f"/api/runs/{run}/cancel").status == 200
    assert {service.ended(run)["outcome"] for run in runs} == {"cancelled"}
    assert service.ended(service.run(fresh()))["outcome"] == "exited"


def test_cancel_after_the_end(service: Service) -> None:
    run = service.run(HELLO)
    report = service.ended(run)
    answer = service.post(f"/api/runs/{run}/cancel")
    assert (answer.status, answer.json["report"]) == (200, report)


def test_a_socket_hears_of_a_cancel(service: Service) -> None:
    run = service.run(FOREVER, seed=next(salts))
    with service.socket(run) as socket:
        assert json.loads(socket.recv())["type"] == "hello"
        service.post(f"/api/runs/{run}/cancel")
        last = None
        for frame in socket:
            last = json.loads(frame)
    assert last is not None
    assert (last["type"], last["report"]["outcome"]) == ("end", "cancelled")


def cookie_of(client: Client) -> dict[str, str]:
    """Return what a new browser carries once it has shown the page."""
    answer = client.get("/s/" + "A" * 22)
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_only_who_started_a_run_may_cancel_it(service: Service) -> None:
    mine, yours = cookie_of(service), cookie_of(service)
    body = {"source": FOREVER, "seed": next(salts)}
    run = service.post("/api/runs", body, **mine).json["id"]
    for stranger in (yours, {}):
        refused = service.post(f"/api/runs/{run}/cancel", **stranger)
        assert (refused.status, refused.error["code"]) == (403, "not_yours")
    joined = service.post("/api/runs", body, **yours).json["id"]
    assert service.post(f"/api/runs/{joined}/cancel", **yours).json["report"]["outcome"] == "cancelled"
    assert service.status(run)["state"] != "done"
    assert service.post(f"/api/runs/{run}/cancel", **mine).status == 200
    assert service.ended(run)["outcome"] == "cancelled"


@pytest.mark.parametrize("run", ["A" * 22, "x", "..%2f..%2fetc"])
def test_no_such_run(service: Service, run: str) -> None:
    for answer in (service.get(f"/api/runs/{run}"), service.get(f"/api/runs/{run}/events"), service.post(f"/api/runs/{run}/cancel")):
        assert (answer.status, answer.error["code"]) == (404, "not_found")


def test_a_socket_for_no_run_says_so(service: Service) -> None:
    with service.socket("A" * 22) as socket:
        frame = json.loads(socket.recv())
        assert (frame["type"], frame["error"]["code"]) == ("error", "not_found")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


@pytest.mark.parametrize("after", ["-1", "1e3", "x", "9" * 40, "%00"])
def test_a_socket_that_asks_for_nonsense(service: Service, after: str) -> None:
    with service.socket(service.run(HELLO), query=f"&after={after}") as socket:
        frame = json.loads(socket.recv())
    assert (frame["type"], frame["error"]["where"]) == ("error", "after")


def test_a_spare_socket_tells_what_it_is_asked_for(service: Service) -> None:
    with service.spare_socket() as socket:
        run = service.run(fresh(20))
        socket.send(json.dumps({"run": run, "after": 0}))
        socket.send(json.dumps({"run": "another", "after": 0}))  # one question is all it takes
        frames = [json.loads(frame) for frame in socket]
    assert (frames[0]["type"], frames[0]["run"], frames[-1]["type"]) == ("hello", run, "end")
    items = [item for frame in frames if frame["type"] == "events" for item in frame["items"]]
    assert items == service.stream(run).items
    with service.spare_socket() as socket:
        socket.send(json.dumps({"run": run, "after": 7}))
        assert [json.loads(frame) for frame in socket][1]["from"] == 8


NO_QUESTIONS = ["", "{", "[]", '{"run": 1}', '{"run": "x", "after": -1}', '{"run": "x", "more": 1}', '{"run": "' + "x" * 65 + '"}', "\0"]


@pytest.mark.parametrize("said", NO_QUESTIONS)
def test_a_spare_socket_that_is_asked_nonsense(service: Service, said: str) -> None:
    with service.spare_socket() as socket:
        socket.send(said)
        frame = json.loads(socket.recv())
        assert (frame["type"], frame["error"]["code"]) == ("error", "bad_question")
    with service.spare_socket() as socket:
        socket.send('{"run": "' + "A" * 22 + '"}')
        assert json.loads(socket.recv())["error"]["code"] == "not_found"


def test_what_a_client_says_on_a_socket_is_ignored(service: Service) -> None:
    run = service.run(fresh(3000))
    with service.socket(run) as socket:
        for _ in range(50):
            socket.send("x" * 1000)
        frames = [json.loads(frame) for frame in socket]
    assert frames[-1]["type"] == "end"


def test_a_message_too_large_ends_the_socket(service: Service) -> None:
    run = service.run(FOREVER, seed=next(salts))
    with service.socket(run) as socket:
        socket.send("x" * 200_000)
        with pytest.raises(ConnectionClosed):
            list(iter(socket.recv, None))
        assert socket.close_code == 1009
    service.post(f"/api/runs/{run}/cancel")


def test_sockets_of_other_pages_are_refused(service: Service) -> None:
    run = service.run(HELLO)
    name, _, port = service.host.partition(":")
    others = (
        "http://evil.example",
        "null",
        f"http://{name}:1",
        "http://localhost",
        f"ftp://{service.host}",
        f"http://{service.host}.evil.example",
    )
    for origin in others:
        with pytest.raises(InvalidStatus) as refused, service.socket(run, origin=origin):
            pass
        assert refused.value.response.status_code == 403, origin
    with service.socket(run, origin=f"http://{service.host}") as socket:
        assert json.loads(socket.recv())["type"] == "hello"
    renamed = f"evil.example:{port}"
    with pytest.raises(InvalidStatus), service.socket(run, origin=f"http://{renamed}", additional_headers={"Host": renamed}):
        pass
