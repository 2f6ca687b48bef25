"""What the editor knows: names, numbers, registers, and what is wrong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.window import Window

pytestmark = pytest.mark.browser


def test_a_call_is_completed_to_its_number(window: Window) -> None:
    window.write("_start:\n    mov eax, ")
    window.page.keyboard.type("getpi")
    option = window.page.locator(".cm-tooltip-autocomplete li").first
    expect(option).to_contain_text("getpid")
    expect(window.page.locator(".cm-completionInfo")).to_contain_text("getpid()")
    window.page.wait_for_timeout(150)  # a list that has only just opened takes no answer yet
    window.page.keyboard.press("Enter")
    expect(window.editor).to_contain_text(re.compile(r"mov eax, 39$"))


def test_a_register_explains_itself(window: Window) -> None:
    window.write("_start:\n    mov r10, 1\n    cli\n")
    window.page.get_by_text("r10", exact=True).hover()
    expect(window.page.locator(".cm-card")).to_contain_text("Fourth argument of system calls")
    window.page.get_by_text("cli", exact=True).hover()
    expect(window.page.locator(".cm-card")).to_contain_text("Only ring 0 may execute this")


def test_a_number_in_rax_explains_itself(window: Window) -> None:
    window.write("_start:\n    mov eax, 1\n    syscall\n")
    window.page.locator(".cm-line", has_text="mov").get_by_text("1", exact=True).hover()
    expect(window.page.locator(".cm-card")).to_contain_text("write(fd, buf, count)")


def test_what_was_typed_survives_a_reload(window: Window) -> None:
    window.write("# mine\n_start:\n")
    window.page.reload()
    expect(window.editor).to_contain_text("# mine")
    window.page.get_by_role("button", name="Reset").click()
    expect(window.editor).to_contain_text("Write 14 bytes")


def test_inputs_reach_the_program(window: Window) -> None:
    window.write(
        "_start:\nxor eax, eax\nxor edi, edi\nlea rsi, [rip + text]\nmov edx, 16\nsyscall\n"
        "mov edx, eax\nmov eax, 1\nmov edi, 1\nsyscall\nmov eax, 60\nmov edi, [rsp]\nsyscall\n.bss\ntext: .zero 16\n"
    )
    window.page.get_by_role("button", name="Inputs").click()
    window.page.get_by_label("Standard input").fill("from outside")
    window.page.get_by_label("Arguments").fill("prog\none\ntwo")
    window.page.get_by_role("button", name="Close").click()
    assert window.run_to_the_end() == "Exited with 3"
    assert window.terminal.inner_text() == "from outside"


def test_what_is_not_modelled_is_said(window: Window) -> None:
    window.write("_start:\nmov eax, 425\nmov edi, 8\nxor esi, esi\nsyscall\nmov eax, 60\nxor edi, edi\nsyscall\n")
    window.run_to_the_end()
    expect(window.page.get_by_role("option", name=re.compile("io_uring_setup"))).to_contain_text("not modelled")
    expect(window.page.get_by_text("1 not modelled")).to_be_visible()
