# Is there anything at address 1? Look.
_start:
touch:
    mov al, [1]

    xor edi, edi                # exit(0): there is
    mov eax, 60
    syscall
