"""From text to a program: the assembler, ELF files, and the first stack of a process."""
