# Read the model-specific register LSTAR: the address where
# every system call enters the kernel.
_start:
    mov ecx, 0xc0000082
touch:
    rdmsr

survived:
    xor edi, edi  # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
