# Copy 4,096 bytes from standard input to standard output, one
# at a time.
    .equ CHUNK, 1

_start:
    mov r12d, 4096  # bytes still to copy
again:
    xor edi, edi
    lea rsi, [rip + buffer]
    mov edx, CHUNK
    xor eax, eax    # read(0, buffer, CHUNK)
take:
    syscall
    test eax, eax
    jle done        # end of file, or an error

    mov edx, eax
    mov edi, 1
    mov eax, 1      # write(1, buffer, what was read)
give:
    syscall
    sub r12d, eax
    jnz again

done:
    xor edi, edi    # exit(0)
    mov eax, 60
    syscall

    .bss
buffer:
    .zero 4096
