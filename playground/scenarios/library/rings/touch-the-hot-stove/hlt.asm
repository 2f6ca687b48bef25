# Stop the CPU until the next interrupt.
_start:
touch:
    hlt

survived:
    xor edi, edi                # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
