"""The page's shell: what it loads, what it hands over, and what stands there when it has not been built."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from playground.core import page, static

MANIFEST = {
    "src/app/main.ts": {"file": "assets/main-AbCdEfGh.js", "isEntry": True, "css": ["assets/main-11111111.css"], "imports": ["_shared.js"]},
    "_shared.js": {"file": "assets/shared-22222222.js", "css": ["assets/shared-33333333.css", "assets/main-11111111.css"]},
    "src/other.ts": {"file": "assets/other-44444444.js"},
}


@pytest.fixture(autouse=True)
def dist(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.FRONTEND_DIST = tmp_path
    static.frontend.cache_clear()
    yield tmp_path
    static.frontend.cache_clear()


def shown(initial: dict[str, Any], title: str = "") -> tuple[int, str]:
    request = RequestFactory().get("/")
    request.csp_nonce = "NONCE"  # type: ignore[attr-defined]
    response = page.show(request, initial, title=title)
    return response.status_code, response.content.decode()


def test_not_built() -> None:
    status, text = shown({"page": "home"})
    assert status == 503
    assert "make run" in text


def test_built(dist: Path) -> None:
    (dist / "manifest.json").write_text(json.dumps(MANIFEST))
    status, text = shown({"page": "home"})
    assert status == 200
    assert re.findall(r'(?:src|href)="(/static[^"]*)"', text) == [
        "/static/favicon.svg",
        "/static/assets/main-11111111.css",
        "/static/assets/shared-33333333.css",
        "/static/assets/shared-22222222.js",
        "/static/assets/main-AbCdEfGh.js",
    ]
    for tag in re.findall(r"<(?:script|style)[^>]*>", text):
        assert 'nonce="NONCE"' in tag or 'type="application/json"' in tag, tag


HOSTILE = "</script><script>alert(1)</script><!--\u2028\u202e&"


def test_what_visitors_wrote_stays_data(dist: Path) -> None:
    (dist / "manifest.json").write_text(json.dumps(MANIFEST))
    _, text = shown({"page": "link", "title": HOSTILE, "run": {"source": HOSTILE}}, title=HOSTILE)
    data = re.findall(r'<script id="page-data" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert [json.loads(found) for found in data] == [{"page": "link", "title": HOSTILE, "run": {"source": HOSTILE}}]
    assert "<script>alert" not in text


def test_hashed_names_are_kept_for_ever_and_others_are_not() -> None:
    files = static.StaticFiles(lambda request: None)
    assert files.immutable_file_test("", "/static/assets/main-AbCdEf_h.js")
    assert not files.immutable_file_test("", "/static/ninja/swagger-ui.css")
    assert not files.immutable_file_test("", "/static/manifest.json")
