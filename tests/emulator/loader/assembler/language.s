#### a forward .equ is memory, a backward one a number
_start: mov eax, LEN
.equ LEN, 5
 mov eax, LEN
#### a symbol set twice counts where it is read
_start: x = 1
.byte x
x = 2
.byte x
.long y
y = 7
#### a distance over fixed bytes is a number at once
_start: mov edx, b - a
 add rdx, b-a
a: .skip 5
b: mov edx, b - a
 add rdx, b - a
#### a distance over a jump is known at the end
_start: jmp b
a: jmp _start
 jmp a
b: mov edx, offset b - a
.long b - a
#### length of a string by dot
_start: mov edx, len
.data
m: .ascii "hello"
len = . - m
.text
 mov edx, len
 mov edx, offset len
#### symbols of symbols
_start: lea rax, [rip+t]
 mov rbx, t
 mov rcx, offset t
.data
d: .quad 1, 2, 3
t = d + 8
.quad t, t - d, d
#### numeric labels
_start: 1: jmp 1f
1: jmp 1b
 jmp 1f
 2: jmp 2b
1: loop 1b
 je 2b
#### labels on one line
_start: a: b: jmp a
 jmp b
#### a jump to an exported name
.globl out
_start: jmp out
 jmp inside
 jmp _start
out: nop
inside: nop
#### jumps of the size they need
_start: jmp there
 jne there
.skip 100
 jmp there
.skip 126
 jmp there
.skip 20
there: jmp _start
 jae _start
#### jump by number, by dot, by register
_start: jmp .
 jmp $
 jmp .+2
 jmp rax
 jmp [rax]
 jmp qword ptr [rip+_start]
 call 0x401000
 jmp 0x401000
#### short and near by wish
_start: jmp short a
 je short a
 call near ptr a
a: jrcxz a
 jecxz a
 loopne a
 xbegin a
#### addresses of every kind
_start: mov rax, d
 mov rax, [d]
 mov rax, qword ptr d
 mov rax, d[rip]
 mov rax, [rip+d]
 mov rax, d+8[rip]
 mov rax, 8+d[rbx]
 mov rax, [d+rbx*2-4]
 lea rax, d
 lea rax, d[rbx+rcx]
 mov al, fs:d
 mov ax, gs:[d+4]
 mov eax, ds:d
 mov d, eax
 mov [d+1], ax
.data
d: .quad d
#### addresses as numbers
_start: mov rax, offset d
 mov eax, offset d+4
 movabs rax, offset d
 push offset d
 cmp rax, offset d
 mov dword ptr [rsp], offset d
 mov qword ptr [rsp], offset d
 add eax, offset d
.data
d: .quad d+1, offset_free
offset_free: .long d, d-4
#### alignment and its padding
_start: nop
.balign 16
 nop
.p2align 5,0x90
 nop
.align 8,0xcc
 nop
.p2align 4,,8
 ret
.balign 128
 nop
.balign 2048
 nop
#### alignment raises the section's own
_start: nop
.data
.byte 1
.section .rodata
.byte 2
.balign 64
.byte 3
.bss
.balign 32
.skip 5
#### only data behind text
_start: nop
.data
.quad 1
#### only bss behind text
_start: nop
.bss
x: .skip 10
.text
 mov eax, x
#### nothing behind text
_start: nop
.data
.bss
#### data, bss and constants
_start: nop
.bss
.skip 4097
.data
.skip 4096, 7
.section .rodata
.skip 8191, 1
#### names of sections
_start: nop
.section .rodata.str1.1,"aMS",@progbits,1
.asciz "x"
.section .text.hot,"ax"
 nop
.section .data.x,"aw"
.byte 1
.section .bss.y,"aw",@nobits
.skip 9
.section .init,"ax"
 ret
.section .note.GNU-stack,"",@progbits
#### sections come and go
.data
a: .byte 1
.text
_start: nop
.pushsection .data
b: .byte 2
.popsection
 nop
.section .rodata
.byte 5
.previous
 ret
.data
.byte b-a
#### org
_start: nop
.org 16
 nop
.org _start+40, 0x90
 ret
 . = . + 4
 ret
#### fill of all sizes
_start: .fill 3
.fill 2, 4, 0x11223344
.fill 2, 8, 0x1122334455667788
.fill 1, 3, -1
.fill 4, 0, 1
.skip 3, 9
.zero 2
.space 2
#### counts that wait
_start: nop
.skip b - a
a: .byte 1, 2, 3
b: .fill (b-a)*2, 1, 7
 jmp a
#### strings and escapes
_start: .ascii "a\n\t\r\b\f\v\\\"\101\0\x41\x4142\08", "", "b"
.asciz "x" "y", "z"
.string "s"
.byte 'a, 'b', '\n, '\\, '\'
#### numbers of all bases
_start: .quad 017, 0x1F, 0b101, 10, 0, -1, ~5, !3, 0xffffffffffffffff
.long -1, 0xffffffff
.byte -128, 255
.octa 1, -1, 0x1122334455667788990011223344
#### precedence
_start: .long 1+2*3, 1|2+4, 7&3<<1, 1<<2+1, 10-3-2, 100/7/2, 5%3*2, ~1+2, -2*3, 1<2, 2>1, 3==3, 1&&2, 0||0, 6^3|8, 5!3
#### floats
_start: .float 1.5, -2, 0.1
.double 3.14159, 1e10, -0.0
.single 1e-3
#### macros
.macro put a, b=5, rest:vararg
.byte \a, \b
.ifnb \rest
.byte \rest
.endif
.endm
_start: put 1
 put 1, 2
 put 1,,3,4
 put b=2, a=3
 put 1 + 1, 9
 put (1+1), 5
.macro lab x
l\@\x: .byte \@
 jmp l\@\x
.endm
 lab q
 lab q
.macro say t
.ascii "<\t>"
.endm
 say hi
 say "a b"
#### macros in macros
.macro one x
.byte \x
.endm
.macro two x
 one \x
 one \x+1
.if \x > 3
.exitm
.endif
 one 99
.endm
_start: two 1
 two 5
.purgem one
#### repetitions
_start: .rept 3
.byte 1
.rept 2
.byte 2
.endr
.endr
.irp r, rax, rbx
 push \r
.endr
.irpc c, 123
.byte 0x\c
.endr
.rept 0
 bad
.endr
#### conditions
A=1
_start: .if A
.byte 1
.else
.byte 2
.endif
.ifdef B
.byte 3
.elseif A==1
.byte 4
.else
 bad
.endif
.ifndef B
.byte 5
.endif
.if 0
.if 1
 bad
.endif
.endif
#### harmless directives
.file "x.s"
.intel_syntax noprefix
.globl _start
.type _start, @function
_start: nop
.size _start, . - _start
.ident "me"
.extern puts
#### case
_START2: NOP
_start: MOV EAX, DWORD PTR [RBX]
 Mov Rax, Offset _START2
.BYTE 1
.Data
.ASCII "x"
#### comments
_start: nop # one
 /* two */ nop /* three
 four */ nop
.ascii "#/*;" # five
.byte '#, ';', '/'
#### common
_start: mov rax, offset buf
.lcomm buf, 100
.lcomm other, 8
.lcomm third, 3
.lcomm b, 1
.lcomm c, 16
.bss
before: .skip 3
.text
 mov rcx, offset c
 mov rbx, offset other
#### places in other sections
_start: nop
.data
a: .byte 1
b: .long c - ., a - b, _start - .
.section .rodata
c: .long a - .
#### prefixes alone
_start: rep
 movsb
 lock
 add [rax], ebx
 rep; stosq
