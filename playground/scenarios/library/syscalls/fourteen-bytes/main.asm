# A system call is a number in rax, up to six arguments in rdi,
# rsi, rdx, r10, r8 and r9, and one instruction.
_start:
    nop           # Your part goes here: rax, rdi, rsi and rdx.
ask:
    syscall

    xor edi, edi  # exit(0)
    mov eax, 60
leave:
    syscall

message:
    .ascii "Hello, world!\n"
