# The same bad address, handed to the kernel: write 8 bytes from
# there.
_start:
    mov edi, 1
    mov esi, 1   # address 1
    mov edx, 8
    mov eax, 1   # write(1, 0x1, 8)
ask:
    syscall

    neg eax      # the kernel answers -errno
    mov edi, eax
    mov eax, 60  # exit(errno)
    syscall
