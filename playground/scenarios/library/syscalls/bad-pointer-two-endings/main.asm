# Is there anything at address 1? Look.
_start:
    mov ebx, 1
touch:
    mov al, [rbx]

    xor edi, edi  # exit(0): there is
    mov eax, 60
    syscall
