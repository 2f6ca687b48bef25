# Linux keeps its own code at the top of every program's address
# space. Read eight bytes of it.
_start:
    mov rbx, 0xffffffff81000000
touch:
    mov rax, [rbx]

survived:
    xor edi, edi  # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
