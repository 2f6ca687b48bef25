"""What a learner does first: run, look, break, mend."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.window import Window
from tests.playground.harness import calls

pytestmark = pytest.mark.browser


def test_hello(window: Window) -> None:
    assert "_start" in window.editor.inner_text()
    before = window.colours()
    assert window.run_to_the_end() == "Exited with 0"
    assert window.strace()[-3:] == ['write(1, "Hello, world!\\n", 14) = 14', "exit(0) = ?", "+++ exited with 0 +++"]
    assert window.terminal.inner_text() == "Hello, world!\n"
    assert window.run_to_the_end() == "Exited with 0", "and once more, over the first"
    assert window.terminal.inner_text() == "Hello, world!\n"
    expect(window.lane).to_have_accessible_name(re.compile(r"2 by system call"))
    drawn = window.colours()
    assert drawn["ring3"] > before["ring3"] + 100
    assert drawn["ring0"] > before["ring0"] + 500


def test_a_call_seen_from_its_strace_line(window: Window) -> None:
    window.run_to_the_end()
    window.page.get_by_role("option", name=re.compile("^write")).click()
    expect(window.moment).to_contain_text("write succeeds")
    expect(window.page.locator(".cm-instant")).to_contain_text("syscall")
    window.page.get_by_role("button", name="whole crossing").click()
    registers = window.moment.locator(".registers").inner_text()
    assert re.search(r"rax\s+0x1 → 0xe", registers)
    assert re.search(r"rcx.*SYSCALL put the return address here", registers, re.DOTALL)
    assert re.search(r"r11.*SYSCALL put RFLAGS here", registers, re.DOTALL)


def test_a_typed_program(window: Window) -> None:
    window.editor.click()
    window.page.keyboard.press("Control+a")
    window.page.keyboard.press("Delete")
    window.page.keyboard.type(
        "_start:\nmov eax, 1\nmov edi, 2\nlea rsi, [rip + text]\nmov edx, 3\nsyscall\n"
        'mov eax, 231\nmov edi, 7\nsyscall\ntext: .ascii "abc"\n'
    )
    assert window.run_to_the_end() == "Exited with 7"
    assert window.terminal.inner_text().strip() == "abc"
    assert 'write(2, "abc", 3) = 3' in window.strace()


def test_a_mistake_is_shown_where_it_is_and_mended(window: Window) -> None:
    window.write("_start:\n    mvo eax, 60\n    xor edi, edi\n    syscall\n")
    problem = window.page.get_by_role("region", name="Problems").get_by_role("listitem")
    expect(problem).to_contain_text("line 2, column 5")
    expect(problem).to_contain_text("mov")
    expect(window.page.locator(".cm-lintRange-error")).to_have_text("mvo")
    assert window.run_to_the_end() == "This is not a program yet"
    window.page.locator(".cm-lintRange-error").hover()
    window.page.get_by_role("button", name=re.compile("Write mov")).click()
    expect(window.page.get_by_role("region", name="Problems")).to_have_count(0)
    assert window.run_to_the_end() == "Exited with 0"


def test_a_privileged_instruction(window: Window) -> None:
    window.write("_start:\n    cli\n")
    assert window.run_to_the_end() == "Killed by SIGSEGV"
    lines = window.strace()
    assert "--- SIGSEGV {si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL} ---" in lines
    assert lines[-1] == "+++ killed by SIGSEGV +++"
    window.page.get_by_role("tab", name="Events").click()
    window.page.get_by_role("option", name=re.compile("#GP")).click()
    expect(window.moment).to_contain_text("#GP, vector 13")
    frame = window.moment.locator(".frame").inner_text()
    assert re.search(r"ss\s+0x2b", frame)
    assert re.search(r"cs\s+0x33", frame)
    assert re.search(r"rip\s+0x401000", frame)


def test_output_cannot_steer_the_page(window: Window) -> None:
    window.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    window.write(
        "_start: mov eax, 1\nmov edi, 1\nlea rsi, [rip + text]\nmov edx, offset end - text\nsyscall\nmov eax, 60\nxor edi, edi\nsyscall\n"
        'text: .ascii "<img src=x onerror=alert(1)>\\033[31m\\342\\200\\256x"\nend:\n'
    )
    assert window.run_to_the_end() == "Exited with 0"
    assert window.terminal.inner_text() == "<img src=x onerror=alert(1)>␛[31m⟨U+202E⟩x"


def test_the_limit_says_so(window: Window) -> None:
    window.write("_start: jmp _start\n")
    window.run()
    expect(window.page.get_by_role("button", name="Cancel")).to_be_visible()
    assert window.end() == "Stopped: the limit on instructions"
    expect(window.page.locator(".detail")).to_contain_text("a loop that never ends")


def test_one_run_after_another(window: Window) -> None:
    """Panels empty and fill again; what went wrong before leaves nothing behind."""
    for source, ending in [
        ("_start: mov eax, 60\nmov edi, 3\nsyscall\n", "Exited with 3"),
        ("", "This is not a program yet"),
        ("_start: xor eax, eax\njmp rax\n", "Killed by SIGSEGV"),
        ("_start: .byte 0xf0, 0x0f, 0xab, 0xc0\n", "The CPU emulator broke down"),
        (calls(2), "Exited with 0"),
    ]:
        window.write(source or "\n")
        assert window.run_to_the_end() == ending
    assert window.strace()[-1] == "+++ exited with 0 +++"
