# Host code: what the engine calls before each block of user code. The rules are in counter.py.
#
# void count(uc, uint64_t address, uint32_t size, data)
# A table entry is { uint64_t address; uint32_t size; uint16_t instructions; uint16_t rep; }, rep: 1 until RCX is 0, 2 a search.

    # data, as counter.py names its quadwords
    .equ COUNT, 0
    .equ LIMIT, 8
    .equ TABLE, 16
    .equ SLOW, 24
    .equ STOP, 32
    .equ BLOCK, 40
    .equ SIZE, 48
    .equ REPEATED_END, 56
    .equ EXTRA_PASSES, 64
    .equ SEARCHING, 72
    .equ AT_LIMIT, 80
_start:
    mov edx, edx
    mov rax, rsi
    shr rax, 2
    xor rax, rsi
    and eax, 0xfff
    shl eax, 4
    add rax, qword ptr [rcx+TABLE]
    cmp qword ptr [rax], rsi
    jne slow
    cmp dword ptr [rax+8], edx
    jne slow
    movzx r8d, word ptr [rax+14]
    movzx eax, word ptr [rax+12]
    mov r9, qword ptr [rcx+REPEATED_END]
    mov r10, r9
    or r10, r8
    jnz repeats
count:
    add rax, qword ptr [rcx+COUNT]
    cmp rax, qword ptr [rcx+LIMIT]
    ja stop
    mov qword ptr [rcx+COUNT], rax
    mov qword ptr [rcx+BLOCK], rsi
    mov qword ptr [rcx+SIZE], rdx
    ret
repeats:
    lea r10, [rsi+rdx]
    cmp r10, r9
    jne another_block
    inc qword ptr [rcx+EXTRA_PASSES]
    jmp count
another_block:
    test r9, r9
    jz begins
    cmp qword ptr [rcx+SEARCHING], 0
    jne slow
    cmp qword ptr [rcx+EXTRA_PASSES], 0
    je begins
    dec qword ptr [rcx+COUNT]
begins:
    mov qword ptr [rcx+EXTRA_PASSES], 0
    mov qword ptr [rcx+REPEATED_END], 0
    test r8, r8
    jz count
    mov qword ptr [rcx+REPEATED_END], r10
    shr r8, 1
    mov qword ptr [rcx+SEARCHING], r8
    jmp count
stop:
    mov qword ptr [rcx+AT_LIMIT], 1
    jmp qword ptr [rcx+STOP]
slow:
    jmp qword ptr [rcx+SLOW]
