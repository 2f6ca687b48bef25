from __future__ import annotations

from emulator.abi.constants import PAGE_SIZE

from .bench import SCRATCH, Bench

EBADF, EFAULT, ENOSYS = 9, 14, 38
LAST_PAGE = SCRATCH + 15 * PAGE_SIZE


def test_write_goes_out_and_reads_like_strace() -> None:
    bench = Bench()
    assert bench.call(1, 1, b"Hello, world!\n", 14) == 14
    assert bytes(bench.kernel.output[1]) == b"Hello, world!\n"
    assert bench.strace()[-1] == 'write(1, "Hello, world!\\n", 14)         = 14'


def test_write_checks_descriptor_then_buffer() -> None:
    bench = Bench()
    assert bench.call(1, 99, b"x", 1) == -EBADF
    assert bench.call(1, 0, b"x", 1) == -EBADF  # stdin is open for reading only
    assert bench.call(1, 1, 0, 5) == -EFAULT
    assert bench.call(1, 1, 0xFFFF_8000_0000_0000, 5) == -EFAULT
    assert bench.call(1, 1, 0, 0) == 0
    assert bench.call(1, 99, 0, 0) == -EBADF
    assert bench.call(1, 1, SCRATCH, (1 << 63) - 1) == -EFAULT


def test_a_pipe_takes_whole_pages_only() -> None:
    """A page that ends in unmapped memory is refused; whole pages before it are written."""
    bench = Bench()
    assert bench.call(1, 1, LAST_PAGE + 4090, 10) == -EFAULT
    assert bench.call(1, 1, LAST_PAGE - 8, PAGE_SIZE + 100) == PAGE_SIZE
    assert len(bench.kernel.output[1]) == PAGE_SIZE


def test_read_takes_what_is_there_and_then_the_end() -> None:
    bench = Bench(stdin=b"abcdef")
    assert bench.call(0, 0, SCRATCH, 4) == 4
    assert bench.read(SCRATCH, 4) == b"abcd"
    assert bench.call(0, 0, 0x10, 4) == -EFAULT
    assert bench.call(0, 0, SCRATCH, 100) == 2
    assert bench.call(0, 0, SCRATCH, 100) == 0
    assert bench.strace()[-4:] == [
        'read(0, "abcd", 4)                      = 4',
        "read(0, 0x10, 4)                        = -1 EFAULT (Bad address)",
        'read(0, "ef", 100)                      = 2',
        'read(0, "", 100)                        = 0',
    ]


def test_numbers_without_a_call() -> None:
    bench = Bench()
    for number in (9999, -1 & (1 << 64) - 1, 0x4000_0001, 400, 174, 0x7FFF_FFFF):
        assert bench.call(number) == -ENOSYS
    assert bench.call(0xDEAD_BEEF_0000_0027) == 2
    assert bench.strace()[1:] == [
        "syscall_0x270f(0, 0, 0, 0, 0, 0)        = -1 ENOSYS (Function not implemented)",
        "syscall_0xffffffffffffffff(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)",
        "write(0, NULL, 0)                       = -1 ENOSYS (Function not implemented)",
        "syscall_0x190(0, 0, 0, 0, 0, 0)         = -1 ENOSYS (Function not implemented)",
        "create_module(0, 0)                     = -1 ENOSYS (Function not implemented)",
        "syscall_0x7fffffff(0, 0, 0, 0, 0, 0)    = -1 ENOSYS (Function not implemented)",
        "getpid()                                = 2",
    ]
    assert bench.kernel.unmodelled == []


def test_a_real_call_that_is_not_modelled_says_so() -> None:
    bench = Bench()
    assert bench.call(321, 0, 0, 0) == -ENOSYS  # bpf
    assert bench.kernel.unmodelled == ["bpf"]
