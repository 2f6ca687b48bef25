# Ask for a page of memory, write a word into it, and show it.
# The arguments of mmap are passed as the kernel wants them:
# rdi, rsi, rdx, r10, r8, r9.
_start:
    xor edi, edi    # address: anywhere
    mov esi, 4096   # length
    mov edx, 3      # PROT_READ|PROT_WRITE
    mov r10d, 0x22  # MAP_PRIVATE|MAP_ANONYMOUS
    mov r8, -1      # no file
    xor r9d, r9d    # offset
    mov eax, 9      # mmap
ask:
    syscall
    test rax, rax
    js refused

    # "ok!\n", lowest byte first
    mov dword ptr [rax], 0x0a216b6f
    mov rsi, rax
    mov edi, 1
    mov edx, 4
    mov eax, 1      # write(1, page, 4)
    syscall
    xor edi, edi
    jmp leave

refused:
    mov edi, 1
leave:
    mov eax, 60     # exit
    syscall
