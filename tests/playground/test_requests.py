"""What the API refuses, and how: a status, a code, what is wrong, where, and how to mend it. The next run always works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.playground.harness import HELLO, Service, environment  # noqa: F401

HUGE = 9 << 20


@pytest.fixture(autouse=True)
def works_afterwards(service: Service) -> Iterator[None]:
    yield
    assert service.ended(service.run(HELLO))["outcome"] == "exited"


@pytest.mark.parametrize(("body", "status", "code", "where"), [
    (b"", 422, "invalid", ""),
    (b"{", 400, "malformed", "body"),
    (b"\xff\xfe\x00", 400, "malformed", "body"),
    (b'{"source": "\xe4"}', 400, "malformed", "body"),
    (b"[" * 100_000, 400, "malformed", "body"),
    (b"[]", 422, "invalid", ""),
    (b"null", 422, "invalid", ""),
    (b"{}", 422, "invalid", "source"),
    ({"source": 1}, 422, "invalid", "source"),
    (b'{"source": "\\ud800"}', 400, "malformed", "body"),
    ({"source": "nop", "sauce": ""}, 422, "invalid", "sauce"),
    ({"source": "x" * (1 << 20) + "x"}, 413, "too_large", "source"),
    ({"source": "é" * (1 << 19) + "x"}, 413, "too_large", "source"),
    (b'{"source": "' + b"x" * HUGE + b'"}', 413, "too_large", "body"),
    ({"source": "nop", "argv": []}, 422, "invalid", "argv"),
    ({"source": "nop", "argv": ["a\x00b"]}, 422, "invalid", "argv.0"),
    ({"source": "nop", "argv": ["x" * 16000] * 9}, 413, "too_large", "argv and env"),
    ({"source": "nop", "env": ["NOVALUE"]}, 422, "invalid", "env.0"),
    ({"source": "nop", "seed": -1}, 422, "invalid", "seed"),
    ({"source": "nop", "seed": 1 << 64}, 422, "invalid", "seed"),
    ({"source": "nop", "max_instructions": 0}, 422, "invalid", "max_instructions"),
    ({"source": "nop", "max_instructions": 10**12}, 422, "invalid", "max_instructions"),
    ({"source": "nop", "level": "everything"}, 422, "invalid", "level"),
    ({"source": "nop", "stdin": "x" * (1 << 20) + "x"}, 413, "too_large", "stdin"),
    ({"source": "nop", "files": [{"path": "relative", "text": ""}]}, 422, "invalid", "files.0.path"),
    ({"source": "nop", "files": [{"path": "/a"}]}, 422, "invalid", "files[0]"),
    ({"source": "nop", "files": [{"path": "/a", "data": "!"}]}, 422, "invalid", "files[0].data"),
    ({"source": "nop", "files": [{"path": "/a", "text": "", "owner": 0}]}, 422, "invalid", "files.0.owner"),
])  # fmt: skip
def test_bodies(service: Service, body: Any, status: int, code: str, where: str) -> None:
    answer = service.post("/api/runs", body)
    assert (answer.status, answer.error["code"], answer.error["where"]) == (status, code, where)
    assert answer.error["hint"]


def test_a_body_of_unknown_length_is_cut_off(service: Service) -> None:
    chunks = (b"x" * 65536 for _ in range(HUGE // 65536))
    answer = service.request("POST", "/api/runs", chunks, {"Content-Type": "application/json"})
    assert (answer.status, answer.error["code"]) == (413, "too_large")


@pytest.mark.parametrize(("source", "outcome"), [
    ("", "source_error"),
    ("nop\n", "source_error"),  # no _start
    ("_start: mov eax, 1\x00\n", "source_error"),
    ("_start: xor eax, eax\n jmp rax\n", "signaled"),
    ("_start: mov rax, 0xffffffff81000000\n jmp rax\n", "signaled"),
    ("_start: jmp rsp\n", "signaled"),
    ("_start: mov eax, 1\n mov edi, 1\n lea rsi, [rip]\n mov edx, 4096\n syscall\n jmp _start\n", "limit"),
    ("_start: jmp _start\n", "limit"),
    ("# " + "x" * 999_990 + "\n", "source_error"),
    ("nop\n" * 100_000, "source_error"),
])  # fmt: skip
def test_programs_that_mean_no_good(service: Service, source: str, outcome: str) -> None:
    report = service.ended(service.run(source, max_instructions=2_000_000))
    assert report["outcome"] == outcome
    assert report["message"] or report["diagnostics"] or report["exit"]


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/api/nothing"), ("GET", "/nothing"), ("GET", "/%00"), ("GET", "/api/runs/%ff"), ("DELETE", "/api/runs"),
    ("GET", "/static/../manage.py"), ("GET", "/static/%2e%2e/manage.py"), ("GET", "/api/scenarios/rings/none"), ("GET", "/s/none"),
    ("GET", "/api/links/none"), ("GET", "/scenario/rings/none"),
])  # fmt: skip
def test_addresses_with_nothing_behind_them(service: Service, method: str, path: str) -> None:
    answer = service.request(method, path)
    assert answer.status in {404, 405}
    if answer.status == 404:
        assert answer.error["code"] == "not_found"


def test_people_get_a_page_where_programs_get_json(service: Service) -> None:
    answer = service.get("/s/none", Accept="text/html")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert b"There is no such link." in answer.body


@pytest.mark.parametrize(("headers", "allowed"), [
    ({}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Origin": "http://{host}"}, True),
    ({"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin"}, True),
    ({"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"}, True),  # a page of ours sandboxed by none: Origin decides
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": "http://evil.example"}, False),
    ({"Origin": "http://localhost:1"}, False),
    ({"Origin": "http://evil.example", "Host": "evil.example"}, False),
])  # fmt: skip
def test_pages_of_others_may_not_post(service: Service, headers: dict[str, str], *, allowed: bool) -> None:
    sent = {name: value.format(host=service.host) for name, value in headers.items()}
    answer = service.post("/api/runs", {"source": HELLO}, **sent)
    assert (answer.status == 201) is allowed
    if not allowed:
        assert (answer.status, answer.error["code"]) in {(403, "cross_origin"), (400, "bad_host")}


def test_every_answer_carries_the_headers(service: Service) -> None:
    seen = set()
    for path in ("/", "/api/catalog", "/api/nothing", "/static/ninja/swagger-ui.css", "/healthz", "/api/docs"):
        headers = service.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert ("unsafe" in policy) is (path == "/api/docs")
        seen.add(policy)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
    assert len(seen) == 6  # a nonce is used once


def test_diagnostics_while_typing(service: Service) -> None:
    answer = service.post("/api/assemble", {"source": "_start: mvo eax, 1\n nop\n foo bar\n"})
    assert answer.status == 200
    assert [diagnostic["line"] for diagnostic in answer.json["diagnostics"]] == [1, 3]
    good = service.post("/api/assemble", {"source": HELLO}).json
    assert good["diagnostics"] == []
    assert {"address", "length", "line"} <= set(good["source_map"][0])


def test_the_catalog(service: Service) -> None:
    catalog = service.get("/api/catalog").json
    assert {"syscalls", "registers", "errnos"} == set(catalog)
    assert any(call["name"] == "write" and call["number"] == 1 for call in catalog["syscalls"])


def test_the_lessons(service: Service) -> None:
    listed = service.get("/api/scenarios").json
    assert [lesson["number"] for lesson in listed] == sorted(lesson["number"] for lesson in listed)
    for entry in listed:
        lesson = service.get(f"/api/scenarios/{entry['topic']}/{entry['id']}").json
        assert lesson["title"] == entry["title"]
        assert lesson["programs"]
        assert "solve" not in lesson


def test_every_program_of_the_lessons_is_taken_as_it_is_shown(service: Service) -> None:
    entry = service.get("/api/scenarios").json[0]
    for program in service.get(f"/api/scenarios/{entry['topic']}/{entry['id']}").json["programs"]:
        assert service.post("/api/runs", program["run"]).status == 201


def test_links(service: Service) -> None:
    body = {"source": HELLO, "argv": ["prog", "x"], "stdin": "é\u202e</script>", "seed": 7, "title": "<b>Hello</b>"}
    made = service.post("/api/links", body)
    assert made.status == 201
    link, url = made.json["id"], made.json["url"]
    assert len(link) == 22
    assert url == f"/s/{link}"
    shown = service.get(f"/api/links/{link}").json
    assert shown == {"id": link, "title": "<b>Hello</b>", "run": {key: value for key, value in body.items() if key != "title"}}
    assert service.ended(service.post("/api/runs", shown["run"]).json["id"])["outcome"] == "exited"
    assert service.post("/api/links", body).json["id"] != link
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert service.request(method, f"/api/links/{link}").status == 405


@pytest.mark.parametrize("change", [{"title": "x" * 121}, {"title": "a\nb"}, {"source": "x" * (2 << 20)}, {"extra": 1}, {"argv": []}])
def test_links_to_what_cannot_be_run(service: Service, change: dict[str, Any]) -> None:
    assert service.post("/api/links", {"source": HELLO, **change}).status in {413, 422}


def test_the_documentation_needs_nobody_else(service: Service) -> None:
    page = service.get("/api/docs", Accept="text/html")
    assert page.status == 200
    assert b"https://" not in page.body
    schema = service.get("/api/openapi.json").json
    for path in ("/api/runs", "/api/runs/{run_id}/events", "/api/assemble", "/api/links", "/api/catalog", "/api/scenarios"):
        assert path in schema["paths"]
    assert json.dumps(schema).count('additionalProperties": false') >= 3


def test_health(service: Service) -> None:
    assert service.get("/healthz").json == {"status": "ok"}
    ready = service.get("/readyz")
    assert (ready.status, ready.json) == (200, {"status": "ready", "checks": {"database": "ok", "worker": "ok", "sandbox": "ok"}})
