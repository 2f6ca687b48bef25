# Clear the interrupt flag: from here on, no timer could take
# the CPU away from this program.
_start:
    nop           # an instruction that anyone may execute
touch:
    cli

survived:
    xor edi, edi  # exit(0), if the CPU lets us come this far
    mov eax, 60
    syscall
