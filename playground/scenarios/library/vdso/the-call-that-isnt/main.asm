# Ask the kernel for the time, a hundred times over.
_start:
    mov r12d, 100
again:
    mov edi, 1           # CLOCK_MONOTONIC
    lea rsi, [rsp - 16]  # struct timespec: seconds, nanoseconds
    mov eax, 228         # clock_gettime
ask:
    syscall
    dec r12d
    jnz again

    xor edi, edi         # exit(0)
    mov eax, 60
    syscall
