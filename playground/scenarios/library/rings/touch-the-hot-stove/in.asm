# Read a byte from I/O port 0x60: where a PC's keyboard leaves
# the key just pressed.
_start:
    nop           # an instruction that anyone may execute
touch:
    in al, 0x60

survived:
    xor edi, edi  # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
