# Stop the CPU until the next interrupt.
_start:
    nop           # an instruction that anyone may execute
touch:
    hlt

survived:
    xor edi, edi  # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
