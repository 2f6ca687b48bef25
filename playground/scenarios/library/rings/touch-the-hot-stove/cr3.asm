# Write CR3: put other page tables in charge of all memory.
_start:
    xor eax, eax
touch:
    mov cr3, rax

survived:
    xor edi, edi  # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
