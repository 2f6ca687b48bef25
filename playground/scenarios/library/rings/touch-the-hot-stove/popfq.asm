# The same wish as cli, by the back door: put a copy of RFLAGS
# on the stack, clear bit 9 (IF) there, and load it.
_start:
    pushfq
    btr qword ptr [rsp], 9
touch:
    popfq

survived:
    pushfq      # what does RFLAGS say now?
    pop rdi
    shr edi, 9
    and edi, 1  # exit(IF)
leave:
    mov eax, 60
    syscall
