# An address in the kernel's half of the address space at which
# there is nothing at all.
_start:
    mov rbx, 0xffff800000000000
touch:
    mov rax, [rbx]

survived:
    xor edi, edi  # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
