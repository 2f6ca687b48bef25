from __future__ import annotations

import msgspec

from emulator.abi.syscalls_x86_64 import PROTOTYPES
from emulator.catalog import Catalog, catalog
from emulator.trace.state import REGISTERS


def test_every_number_is_there_and_what_is_modelled_is_explained() -> None:
    calls = catalog().syscalls
    assert [call.number for call in calls] == sorted(PROTOTYPES)
    for call in calls:
        assert call.summary
        if call.modelled:
            assert call.family, call.name
            assert call.summary.endswith("."), call.name
            assert all(argument.explanation and argument.type for argument in call.args), call.name


def test_write_as_the_editor_shows_it() -> None:
    write = catalog().syscalls[1]
    assert (write.number, write.name, write.man, write.modelled) == (1, "write", "write(2)", True)
    assert [(argument.name, argument.type) for argument in write.args] == [
        ("fd", "int"),
        ("buf", "const void *"),
        ("count", "unsigned long"),
    ]


def test_registers_of_a_state_have_a_sentence() -> None:
    assert set(REGISTERS) <= {register.name for register in catalog().registers}


def test_it_goes_through_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(catalog()), type=Catalog) == catalog()
