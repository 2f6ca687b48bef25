# The kernel's side of the gates: real ring-0 code, after Linux's arch/x86/entry/entry_64.S.
#
# Position independent; lies at layout.TEXT. It builds struct pt_regs (cpu/pt_regs.py) at the top of the current task's
# kernel stack and calls the kernel model by a hypercall: OUT to one of the ports below, which only ring 0 may do. The model
# answers by changing pt_regs and memory. The jump behind each OUT ends the engine's translation block there, so that the
# emulation can be left between the two.
#
# Linux also clears the registers behind the pushes, against speculation, and changes CR3 where page tables are isolated.
# Nothing speculates here.

    .equ SYSCALL_PORT, 0xe0
    .equ INT80_PORT, 0xe1
    .equ EXCEPTION_PORT, 0xe2
    .equ BOOT_PORT, 0xe3
    # the per-CPU area
    .equ TOP_OF_STACK, 0
    .equ USER_RSP, 8
    .equ KERNEL_CS, 0x10
    .equ KERNEL_SS, 0x18
    .equ USER_DS, 0x2b
    .equ USER_CS, 0x33
    .equ TSS_SELECTOR, 0x40
    .equ ENOSYS, 38
    .equ RF_OR_TF, 0x10100
    # offsets into pt_regs
    .equ PT_R11, 48
    .equ PT_RCX, 88
    .equ PT_ORIG_RAX, 120
    .equ PT_RIP, 128
    .equ PT_CS, 136
    .equ PT_RFLAGS, 144
    .equ PT_RSP, 152
    .equ PT_SS, 160
_start:
# Boot, once: ring 0, paging on, on the boot stack. RBX = boot tables: GDTR, IDTR, then MSRs as number, low, high; 0 ends them.
startup_64:
    lgdt [rbx]
    lidt [rbx+16]
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov eax, KERNEL_SS
    mov ss, eax
    mov eax, TSS_SELECTOR
    ltr ax
    push KERNEL_CS
    lea rax, [rip+cs_loaded]
    push rax
    .byte 0x48, 0xcb                    # retfq
cs_loaded:
    lea rsi, [rbx+32]
next_msr:
    mov ecx, dword ptr [rsi]
    test ecx, ecx
    jz booted
    mov eax, dword ptr [rsi+4]
    mov edx, dword ptr [rsi+8]
    wrmsr
    add rsi, 12
    jmp next_msr
booted:
    fninit
    out BOOT_PORT, al
    jmp halt
halt:
    jmp halt

# SYSCALL arrives here: CPL 0, but RSP and GS are still the user's; RCX = user RIP, R11 = user RFLAGS.
entry_SYSCALL_64:
    swapgs
    mov qword ptr gs:[USER_RSP], rsp
    mov rsp, qword ptr gs:[TOP_OF_STACK]
    push USER_DS
    push qword ptr gs:[USER_RSP]
    push r11
    push USER_CS
    push rcx
    push rax
    push rdi
    push rsi
    push rdx
    push rcx
    push -ENOSYS
    push r8
    push r9
    push r10
    push r11
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
hypercall_syscall:
    out SYSCALL_PORT, al
    jmp syscall_return

# SYSRETQ takes RIP from RCX and RFLAGS from R11 and can do no more: whatever else the kernel wants goes by IRETQ. With a
# non-canonical RIP an Intel CPU's SYSRETQ would fault in ring 0, on the user's stack.
syscall_return:
    mov rcx, qword ptr [rsp+PT_RCX]
    cmp rcx, qword ptr [rsp+PT_RIP]
    jne return_to_user
    mov r11, qword ptr [rsp+PT_R11]
    cmp r11, qword ptr [rsp+PT_RFLAGS]
    jne return_to_user
    cmp qword ptr [rsp+PT_CS], USER_CS
    jne return_to_user
    test r11, RF_OR_TF
    jnz return_to_user
    shr rcx, 47
    jnz return_to_user
    cmp qword ptr [rsp+PT_SS], USER_DS
    jne return_to_user
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    pop r11
    pop r10
    pop r9
    pop r8
    pop rax
    pop rcx
    pop rdx
    pop rsi
    pop rdi
    mov rsp, qword ptr [rsp+PT_RSP-PT_ORIG_RAX]
    swapgs
sysretq_instruction:
    sysretq

# Every other way back to ring 3, and the way there for a new task.
return_to_user:
    test byte ptr [rsp+PT_CS], 3
    jz not_a_user_frame
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    pop r11
    pop r10
    pop r9
    pop r8
    pop rax
    pop rcx
    pop rdx
    pop rsi
    pop rdi
    lea rsp, [rsp+8]
    swapgs
iretq_instruction:
    iretq
not_a_user_frame:
    ud2

# INT 0x80 arrives here by a gate that ring 3 may use: on the kernel stack, five words pushed.
entry_INT80:
    cld
    swapgs
    push rax
    push rdi
    push rsi
    push rdx
    push rcx
    push -ENOSYS
    push r8
    push r9
    push r10
    push r11
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
hypercall_int80:
    out INT80_PORT, al
    jmp return_to_user

# Exceptions arrive here by their gates: on the kernel stack, five words and an error code pushed. A stub pushes -1 where the
# CPU has no error code, then the vector, which takes the place of RDI for a moment.
asm_exc_divide_error:
    push -1
    push 0
    jmp error_entry
asm_exc_debug:
    push -1
    push 1
    jmp error_entry
asm_exc_int3:
    push -1
    push 3
    jmp error_entry
asm_exc_overflow:
    push -1
    push 4
    jmp error_entry
asm_exc_bounds:
    push -1
    push 5
    jmp error_entry
asm_exc_invalid_op:
    push -1
    push 6
    jmp error_entry
asm_exc_device_not_available:
    push -1
    push 7
    jmp error_entry
asm_exc_double_fault:
    push 8
    jmp error_entry
asm_exc_invalid_tss:
    push 10
    jmp error_entry
asm_exc_segment_not_present:
    push 11
    jmp error_entry
asm_exc_stack_segment:
    push 12
    jmp error_entry
asm_exc_general_protection:
    push 13
    jmp error_entry
asm_exc_page_fault:
    push 14
    jmp error_entry
asm_exc_coprocessor_error:
    push -1
    push 16
    jmp error_entry
asm_exc_alignment_check:
    push 17
    jmp error_entry
asm_exc_machine_check:
    push -1
    push 18
    jmp error_entry
asm_exc_simd_coprocessor_error:
    push -1
    push 19
    jmp error_entry

error_entry:
    cld
    test byte ptr [rsp+24], 3
    jz error_kernelspace
error_from_user:
    swapgs
    xchg rdi, qword ptr [rsp]
    push rsi
    push rdx
    push rcx
    push rax
    push r8
    push r9
    push r10
    push r11
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    mov eax, edi
    mov qword ptr [rsp+PT_ORIG_RAX], -1
hypercall_exception:
    out EXCEPTION_PORT, al
    jmp return_to_user

# Ring 0 faults in one place only: at IRETQ, asked to go where nobody can go. GS is the user's by then. As fixup_bad_iret
# does, let it look as if ring 3 had faulted at the place it was to return to: put the error code and the vector below the
# five words that IRETQ was reading, and go on from there. orig_rax >= 0 would mean a system call; hence the -1 above.
error_kernelspace:
    push rax
    push rcx
    mov rcx, qword ptr [rsp+56]
    mov rax, qword ptr [rsp+24]
    mov qword ptr [rcx-8], rax
    mov rax, qword ptr [rsp+16]
    mov qword ptr [rcx-16], rax
    mov rax, qword ptr [rsp+8]
    mov qword ptr [rcx-24], rax
    mov rax, qword ptr [rsp]
    mov qword ptr [rcx-32], rax
    lea rsp, [rcx-32]
    pop rcx
    pop rax
    jmp error_from_user
