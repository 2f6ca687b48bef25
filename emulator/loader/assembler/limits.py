"""How much one assembly may ask for. Work and memory stay bounded by these, whatever the text says."""

from __future__ import annotations

SOURCE_BYTES = 1 << 20
SOURCE_LINES = 25_000
LINE_COLUMNS = 4_096
STATEMENTS = 50_000
"""Statements after every expansion."""
EXPANDED_STATEMENTS = 20_000
"""Statements made by .macro, .rept and .irp."""
EXPANDED_CHARACTERS = 1 << 20
EXPANSION_DEPTH = 32
OUTPUT_BYTES = 16 << 20
"""All sections together, .bss included."""
SECTIONS = 64
EXPRESSION_DEPTH = 64
SYMBOL_CHAIN = 100
"""How many .equ may hang on one another before they are worth something."""
RELAXATIONS = 1_000
"""Passes over a section; jumps still undecided then are written long."""
DIAGNOSTICS = 100
"""Errors reported for one file; after these the assembler stops looking."""
