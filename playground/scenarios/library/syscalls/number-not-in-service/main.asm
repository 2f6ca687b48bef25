# Five numbers in rax. Three of them mean nothing to this
# kernel, one means more than it seems to, one depends on the
# door.
_start:
    mov eax, 9999
unknown:
    syscall              # no such call

    mov rax, -1
minus_one:
    syscall              # no such call either

    mov eax, 0x40000001  # write, with the bit of the x32 ABI set
x32:
    syscall              # this kernel was built without x32

    mov rax, 0xdeadbeef00000027
upper_half:
    syscall              # 0x27 = 39 = getpid: the upper half of rax is not looked at

    mov ebx, 7
    mov eax, 1           # by syscall, number 1 is write
old_door:
    int 0x80             # by int 0x80 it is looked up in the 32-bit table: exit(7)

survived:
    xor edi, edi
    mov eax, 60
    syscall
