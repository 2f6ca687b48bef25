"""Every system call number of 32-bit x86 Linux 6.18 (arch/x86/entry/syscalls/syscall_32.tbl), which int 0x80 reaches."""

from __future__ import annotations

from typing import Final

from emulator.abi.syscall_table import Prototype, parse

_TABLE = """
0 restart_syscall, 1 exit d, 2 fork, 3 read dpU, 4 write dpU, 5 open px, 6 close d, 7 waitpid dpx, 8 creat pd, 9 link pp
10 unlink p, 11 execve ppp, 12 chdir p, 13 time p, 14 mknod px, 15 chmod pd, 16 lchown pdd, 17 break, 18 oldstat pp
19 lseek ddx, 20 getpid, 21 mount pppxp, 22 umount p, 23 setuid d, 24 getuid, 25 stime p, 26 ptrace hdhh, 27 alarm u
28 oldfstat dp, 29 pause, 30 utime pp, 31 stty hh, 32 gtty hh, 33 access px, 34 nice d, 35 ftime, 36 sync, 37 kill dd
38 rename pp, 39 mkdir pd, 40 rmdir p, 41 dup d, 42 pipe p, 43 times p, 44 prof, 45 brk p, 46 setgid d, 47 getgid, 48 signal dx
49 geteuid, 50 getegid, 51 acct p, 52 umount2 px, 53 lock, 54 ioctl dxh, 55 fcntl dxh, 56 mpx, 57 setpgid dd, 58 ulimit hh
59 oldolduname h, 60 umask d, 61 chroot p, 62 ustat xp, 63 dup2 dd, 64 getppid, 65 getpgrp, 66 setsid, 67 sigaction dpp
68 sgetmask, 69 ssetmask x, 70 setreuid dd, 71 setregid dd, 72 sigsuspend x, 73 sigpending p, 74 sethostname pu, 75 setrlimit xp
76 getrlimit xp, 77 getrusage xp, 78 gettimeofday pp, 79 settimeofday pp, 80 getgroups dp, 81 setgroups dp, 82 select p
83 symlink pp, 84 oldlstat pp, 85 readlink ppU, 86 uselib p, 87 swapon pd, 88 reboot xxx, 89 readdir dpu, 90 mmap p
91 munmap pU, 92 truncate pU, 93 ftruncate dU, 94 fchmod dd, 95 fchown ddd, 96 getpriority xd, 97 setpriority xdd
98 profil hhhh, 99 statfs pp, 100 fstatfs dp, 101 ioperm hhd, 102 socketcall dp, 103 syslog xhd, 104 setitimer xpp
105 getitimer xp, 106 stat pp, 107 lstat pp, 108 fstat dp, 109 olduname h, 110 iopl d, 111 vhangup, 112 idle, 113 vm86old h
114 wait4 dpxp, 115 swapoff p, 116 sysinfo h, 117 ipc dhhhhh, 118 fsync d, 119 sigreturn, 120 clone xpppp, 121 setdomainname pu
122 uname p, 123 modify_ldt dpU, 124 adjtimex p, 125 mprotect pUx, 126 sigprocmask xpp, 127 create_module hh
128 init_module pUp, 129 delete_module px, 130 get_kernel_syms h, 131 quotactl xpdp, 132 getpgid d, 133 fchdir d, 134 bdflush hh
135 sysfs hhh, 136 personality x, 137 afs_syscall xxxxx, 138 setfsuid d, 139 setfsgid d, 140 _llseek ddpx, 141 getdents dpu
142 _newselect dpppp, 143 flock dx, 144 msync pUx, 145 readv dpU, 146 writev dpU, 147 getsid d, 148 fdatasync d, 149 _sysctl p
150 mlock pU, 151 munlock pU, 152 mlockall x, 153 munlockall, 154 sched_setparam dp, 155 sched_getparam dp
156 sched_setscheduler dxp, 157 sched_getscheduler d, 158 sched_yield, 159 sched_get_priority_max x
160 sched_get_priority_min x, 161 sched_rr_get_interval dp, 162 nanosleep pp, 163 mremap pUUx, 164 setresuid ddd
165 getresuid ppp, 166 vm86 hhhhh, 167 query_module hhhhh, 168 poll pud, 169 nfsservctl hhh, 170 setresgid ddd
171 getresgid ppp, 172 prctl xhhhh, 173 rt_sigreturn, 174 rt_sigaction dppU, 175 rt_sigprocmask xppU, 176 rt_sigpending pU
177 rt_sigtimedwait pppU, 178 rt_sigqueueinfo ddp, 179 rt_sigsuspend pU, 180 pread64 dpUd, 181 pwrite64 dpUd, 182 chown pdd
183 getcwd pU, 184 capget pp, 185 capset pp, 186 sigaltstack pp, 187 sendfile ddpU, 188 getpmsg hhhhh, 189 putpmsg hhhhh
190 vfork, 191 ugetrlimit xp, 192 mmap2 pUxxdx, 193 truncate64 pU, 194 ftruncate64 dU, 195 stat64 pp, 196 lstat64 pp
197 fstat64 dp, 198 lchown32 pdd, 199 getuid32, 200 getgid32, 201 geteuid32, 202 getegid32, 203 setreuid32 dd, 204 setregid32 dd
205 getgroups32 dp, 206 setgroups32 dp, 207 fchown32 ddd, 208 setresuid32 ddd, 209 getresuid32 ppp, 210 setresgid32 ddd
211 getresgid32 ppp, 212 chown32 pdd, 213 setuid32 d, 214 setgid32 d, 215 setfsuid32 d, 216 setfsgid32 d, 217 pivot_root pp
218 mincore pUp, 219 madvise pUx, 220 getdents64 dpu, 221 fcntl64 dxh, 224 gettid, 225 readahead ddU, 226 setxattr pppUx
227 lsetxattr pppUx, 228 fsetxattr dppUx, 229 getxattr pppU, 230 lgetxattr pppU, 231 fgetxattr dppU, 232 listxattr ppU
233 llistxattr ppU, 234 flistxattr dpU, 235 removexattr pp, 236 lremovexattr pp, 237 fremovexattr dp, 238 tkill dd
239 sendfile64 ddpU, 240 futex pxuphx, 241 sched_setaffinity dup, 242 sched_getaffinity dup, 243 set_thread_area p
244 get_thread_area p, 245 io_setup up, 246 io_destroy p, 247 io_getevents pddpp, 248 io_submit pdp, 249 io_cancel ppp
250 fadvise64 ddUx, 252 exit_group d, 253 lookup_dcookie UpU, 254 epoll_create d, 255 epoll_ctl dxdp, 256 epoll_wait dpdd
257 remap_file_pages pUxUx, 258 set_tid_address h, 259 timer_create xpp, 260 timer_settime dxpp, 261 timer_gettime dp
262 timer_getoverrun d, 263 timer_delete d, 264 clock_settime xp, 265 clock_gettime xp, 266 clock_getres xp
267 clock_nanosleep xxpp, 268 statfs64 pUp, 269 fstatfs64 dUp, 270 tgkill ddd, 271 utimes pp, 272 fadvise64_64 dddx
273 vserver hhhhh, 274 mbind pUxpUx, 275 get_mempolicy ppUpx, 276 set_mempolicy xpU, 277 mq_open px, 278 mq_unlink p
279 mq_timedsend dpUup, 280 mq_timedreceive dpUpp, 281 mq_notify dp, 282 mq_getsetattr dpp, 283 kexec_load pUpx
284 waitid xdpxp, 286 add_key pppUd, 287 request_key pppd, 288 keyctl xhhhh, 289 ioprio_set xdx, 290 ioprio_get xd
291 inotify_init, 292 inotify_add_watch dpx, 293 inotify_rm_watch dd, 294 migrate_pages dUpp, 295 openat dpx, 296 mkdirat dpd
297 mknodat dpx, 298 fchownat dpddx, 299 futimesat dpp, 300 fstatat64 dppx, 301 unlinkat dpx, 302 renameat dpdp
303 linkat dpdpx, 304 symlinkat pdp, 305 readlinkat dppU, 306 fchmodat dpd, 307 faccessat dpx, 308 pselect6 dppppp
309 ppoll puppU, 310 unshare x, 311 set_robust_list pU, 312 get_robust_list dpp, 313 splice dpdpUx, 314 sync_file_range dddx
315 tee ddUx, 316 vmsplice dpUx, 317 move_pages dUpppx, 318 getcpu ppp, 319 epoll_pwait dpddpU, 320 utimensat dppx
321 signalfd dpU, 322 timerfd_create xx, 323 eventfd u, 324 fallocate dxdd, 325 timerfd_settime dxpp, 326 timerfd_gettime dp
327 signalfd4 dpUx, 328 eventfd2 ux, 329 epoll_create1 x, 330 dup3 ddx, 331 pipe2 px, 332 inotify_init1 x, 333 preadv dpud
334 pwritev dpud, 335 rt_tgsigqueueinfo dddp, 336 perf_event_open pdddx, 337 recvmmsg dpuxp, 338 fanotify_init xx
339 fanotify_mark dxxdp, 340 prlimit64 dxpp, 341 name_to_handle_at dpppx, 342 open_by_handle_at dpx, 343 clock_adjtime xp
344 syncfs d, 345 sendmmsg dpux, 346 setns dx, 347 process_vm_readv dpUpUU, 348 process_vm_writev dpUpUU, 349 kcmp ddxhh
350 finit_module dpx, 351 sched_setattr dpu, 352 sched_getattr dpuu, 353 renameat2 dpdpx, 354 seccomp xxp, 355 getrandom pUx
356 memfd_create hx, 357 bpf xpu, 358 execveat dpppx, 359 socket xxU, 360 socketpair xxUp, 361 bind dpd, 362 connect dpd
363 listen dd, 364 accept4 dppx, 365 getsockopt dxupp, 366 setsockopt dxupd, 367 getsockname dpp, 368 getpeername dpp
369 sendto dpUxpd, 370 sendmsg dpx, 371 recvfrom dpUxpp, 372 recvmsg dpx, 373 shutdown dx, 374 userfaultfd x, 375 membarrier xx
376 mlock2 pUx, 377 copy_file_range dpdpUu, 378 preadv2 dpudx, 379 pwritev2 dpudx, 380 pkey_mprotect pUxd, 381 pkey_alloc hx
382 pkey_free d, 383 statx dpxxp, 384 arch_prctl xh, 385 io_pgetevents pddppp, 386 rseq hhhh, 393 semget xdx, 394 semctl ddxp
395 shmget xUx, 396 shmctl dxp, 397 shmat dpx, 398 shmdt p, 399 msgget xx, 400 msgsnd dpUx, 401 msgrcv dpUdx, 402 msgctl dxp
403 clock_gettime64 xp, 404 clock_settime64 xp, 405 clock_adjtime64 xp, 406 clock_getres_time64 xp
407 clock_nanosleep_time64 xxpp, 408 timer_gettime64 dp, 409 timer_settime64 dxpp, 410 timerfd_gettime64 dp
411 timerfd_settime64 dxpp, 412 utimensat_time64 dppx, 413 pselect6_time64 dppppp, 414 ppoll_time64 puppU
416 io_pgetevents_time64 pddppp, 417 recvmmsg_time64 dpuxp, 418 mq_timedsend_time64 dpUup, 419 mq_timedreceive_time64 dpUpp
420 semtimedop_time64 dpup, 421 rt_sigtimedwait_time64 pppU, 422 futex_time64 pxuphx, 423 sched_rr_get_interval_time64 dp
424 pidfd_send_signal ddpx, 425 io_uring_setup up, 426 io_uring_enter duuxpU, 427 io_uring_register dxpu, 428 open_tree dpx
429 move_mount dpdpx, 430 fsopen px, 431 fsconfig dxppd, 432 fsmount dxx, 433 fspick dpx, 434 pidfd_open dx, 435 clone3 pU
436 close_range uux, 437 openat2 dppU, 438 pidfd_getfd ddx, 439 faccessat2 dpxx, 440 process_madvise dpUxx
441 epoll_pwait2 dpdppU, 442 mount_setattr dpxpU, 443 quotactl_fd dxdp, 444 landlock_create_ruleset pUx
445 landlock_add_rule dxpx, 446 landlock_restrict_self dx, 447 memfd_secret x, 448 process_mrelease dx, 449 futex_waitv puxpx
450 set_mempolicy_home_node pUUh, 451 cachestat uppx, 452 fchmodat2 dpxx, 453 map_shadow_stack pUx, 454 futex_wake phdx
455 futex_wait phhxpx, 456 futex_requeue pxdd, 457 statmount ppUx, 458 listmount ppUx, 459 lsm_get_self_attr xppx
460 lsm_set_self_attr xpux, 461 lsm_list_modules ppx, 462 mseal pUh, 463 setxattrat dpxppU, 464 getxattrat dpxppU
465 listxattrat dpxpU, 466 removexattrat dpxp, 467 open_tree_attr dpxpU, 468 file_getattr dppUx, 469 file_setattr dppUx
"""

PROTOTYPES: Final[dict[int, Prototype]] = parse(_TABLE)
