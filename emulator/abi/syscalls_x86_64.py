"""Every system call number of 64-bit x86 Linux 6.18 (arch/x86/entry/syscalls/syscall_64.tbl), modelled or not."""

from __future__ import annotations

from typing import Final

from emulator.abi.syscall_table import Prototype, parse

X32_BIT: Final = 0x4000_0000
"""Set in the number of a call of the x32 ABI (CONFIG_X86_X32_ABI is off here, so such a call is ENOSYS)."""

LAST_NAMED_BY_STRACE: Final = 450
"""strace 6.1 knows names up to set_mempolicy_home_node; later calls it prints by number."""

NOT_IN_LINUX: Final = frozenset(
    {134, 156, 172, 173, 174, 175, 176, 177, 178, 180, 181, 182, 183, 184, 185, 205, 211, 212, 214, 215, 236, 246, 313, 320, 453}
)
"""Numbers with a name that the recorded kernel itself answers with ENOSYS: gone, never there, or configured out."""

_TABLE = """
0 read fd:d buf:p count:U, 1 write fd:d buf:p count:U, 2 open filename:p flags:x, 3 close fd:d, 4 stat filename:p statbuf:p
5 fstat fd:d statbuf:p, 6 lstat filename:p statbuf:p, 7 poll ufds:p nfds:u timeout:d, 8 lseek fd:d offset:d whence:x
9 mmap addr:p len:U prot:x flags:x fd:d off:h, 10 mprotect start:p len:U prot:x, 11 munmap addr:p len:U, 12 brk brk:p
13 rt_sigaction sig:d act:p oact:p sigsetsize:U, 14 rt_sigprocmask how:x set:p oset:p sigsetsize:U, 15 rt_sigreturn
16 ioctl fd:d cmd:x arg:h, 17 pread64 fd:d buf:p count:U pos:d, 18 pwrite64 fd:d buf:p count:U pos:d
19 readv fd:d vec:p vlen:U, 20 writev fd:d vec:p vlen:U, 21 access filename:p mode:x, 22 pipe fildes:p
23 select n:d inp:p outp:p exp:p tvp:p, 24 sched_yield, 25 mremap addr:p old_len:U new_len:U flags:x
26 msync start:p len:U flags:x, 27 mincore start:p len:U vec:p, 28 madvise start:p len:U behavior:x
29 shmget key:x size:U flag:x, 30 shmat shmid:d shmaddr:p shmflg:x, 31 shmctl shmid:d cmd:x buf:p, 32 dup fildes:d
33 dup2 oldfd:d newfd:d, 34 pause, 35 nanosleep rqtp:p rmtp:p, 36 getitimer which:x value:p, 37 alarm seconds:u
38 setitimer which:x value:p ovalue:p, 39 getpid, 40 sendfile out_fd:d in_fd:d offset:p count:U
41 socket family:x type:x protocol:U, 42 connect fd:d uservaddr:p addrlen:d, 43 accept fd:d upeer_sockaddr:p upeer_addrlen:p
44 sendto fd:d buff:p len:U flags:x addr:p addr_len:d, 45 recvfrom fd:d ubuf:p size:U flags:x addr:p addr_len:p
46 sendmsg fd:d msg:p flags:x, 47 recvmsg fd:d msg:p flags:x, 48 shutdown fd:d how:x, 49 bind fd:d umyaddr:p addrlen:d
50 listen fd:d backlog:d, 51 getsockname fd:d usockaddr:p usockaddr_len:p, 52 getpeername fd:d usockaddr:p usockaddr_len:p
53 socketpair family:x type:x protocol:U usockvec:p, 54 setsockopt fd:d level:x optname:u optval:p optlen:d
55 getsockopt fd:d level:x optname:u optval:p optlen:p, 56 clone clone_flags:x newsp:p parent_tid:p child_tid:p tls:p, 57 fork
58 vfork, 59 execve filename:p argv:p envp:p, 60 exit error_code:d, 61 wait4 pid:d stat_addr:p options:x ru:p
62 kill pid:d sig:d, 63 uname buf:p, 64 semget key:x nsems:d semflg:x, 65 semop semid:d sops:p nsops:u
66 semctl semid:d semnum:d cmd:x arg:p, 67 shmdt shmaddr:p, 68 msgget key:x msgflg:x, 69 msgsnd msqid:d msgp:p msgsz:U msgflg:x
70 msgrcv msqid:d msgp:p msgsz:U msgtyp:d msgflg:x, 71 msgctl msqid:d cmd:x buf:p, 72 fcntl fd:d cmd:x arg:h
73 flock fd:d cmd:x, 74 fsync fd:d, 75 fdatasync fd:d, 76 truncate path:p length:U, 77 ftruncate fd:d length:U
78 getdents fd:d dirent:p count:u, 79 getcwd buf:p size:U, 80 chdir filename:p, 81 fchdir fd:d, 82 rename oldname:p newname:p
83 mkdir pathname:p mode:d, 84 rmdir pathname:p, 85 creat pathname:p mode:d, 86 link oldname:p newname:p, 87 unlink pathname:p
88 symlink old:p new:p, 89 readlink path:p buf:p bufsiz:U, 90 chmod filename:p mode:d, 91 fchmod fd:d mode:d
92 chown filename:p user:d group:d, 93 fchown fd:d user:d group:d, 94 lchown filename:p user:d group:d, 95 umask mask:d
96 gettimeofday tv:p tz:p, 97 getrlimit resource:x rlim:p, 98 getrusage who:x ru:p, 99 sysinfo info:p, 100 times tbuf:p
101 ptrace request:h pid:d addr:h data:h, 102 getuid, 103 syslog type:x buf:h len:d, 104 getgid, 105 setuid uid:d
106 setgid gid:d, 107 geteuid, 108 getegid, 109 setpgid pid:d pgid:d, 110 getppid, 111 getpgrp, 112 setsid
113 setreuid ruid:d euid:d, 114 setregid rgid:d egid:d, 115 getgroups gidsetsize:d grouplist:p
116 setgroups gidsetsize:d grouplist:p, 117 setresuid ruid:d euid:d suid:d, 118 getresuid ruid:p euid:p suid:p
119 setresgid rgid:d egid:d sgid:d, 120 getresgid rgid:p egid:p sgid:p, 121 getpgid pid:d, 122 setfsuid uid:d
123 setfsgid gid:d, 124 getsid pid:d, 125 capget header:p dataptr:p, 126 capset header:p data:p
127 rt_sigpending set:p sigsetsize:U, 128 rt_sigtimedwait uthese:p uinfo:p uts:p sigsetsize:U
129 rt_sigqueueinfo pid:d sig:d uinfo:p, 130 rt_sigsuspend unewset:p sigsetsize:U, 131 sigaltstack uss:p uoss:p
132 utime filename:p times:p, 133 mknod filename:p mode:x, 134 uselib library:p, 135 personality personality:x
136 ustat dev:x ubuf:p, 137 statfs path:p buf:p, 138 fstatfs fd:d buf:p, 139 sysfs option:h arg1:h arg2:h
140 getpriority which:x who:d, 141 setpriority which:x who:d niceval:d, 142 sched_setparam pid:d param:p
143 sched_getparam pid:d param:p, 144 sched_setscheduler pid:d policy:x param:p, 145 sched_getscheduler pid:d
146 sched_get_priority_max policy:x, 147 sched_get_priority_min policy:x, 148 sched_rr_get_interval pid:d interval:p
149 mlock start:p len:U, 150 munlock start:p len:U, 151 mlockall flags:x, 152 munlockall, 153 vhangup
154 modify_ldt func:d ptr:p bytecount:U, 155 pivot_root new_root:p put_old:p, 156 _sysctl args:p
157 prctl option:x arg2:h arg3:h arg4:h arg5:h, 158 arch_prctl option:x arg2:h, 159 adjtimex txc_p:p
160 setrlimit resource:x rlim:p, 161 chroot filename:p, 162 sync, 163 acct name:p, 164 settimeofday tv:p tz:p
165 mount dev_name:p dir_name:p type:p flags:x data:p, 166 umount2 name:p flags:x, 167 swapon specialfile:p swap_flags:d
168 swapoff specialfile:p, 169 reboot magic1:x magic2:x cmd:x, 170 sethostname name:p len:u, 171 setdomainname name:p len:u
172 iopl level:d, 173 ioperm from:h num:h on:d, 174 create_module name:h size:h, 175 init_module umod:p len:U uargs:p
176 delete_module name_user:p flags:x, 177 get_kernel_syms table:h, 178 query_module name:h which:h buf:h bufsize:h ret:h
179 quotactl cmd:x special:p id:d addr:p, 180 nfsservctl cmd:h argp:h resp:h
181 getpmsg fd:h ctlptr:h dataptr:h bandp:h flagsp:h, 182 putpmsg fd:h ctlptr:h dataptr:h band:h flags:h
183 afs_syscall a1:h a2:h a3:h a4:h a5:h, 184 tuxcall a1:h a2:h a3:h, 185 security a1:h a2:h a3:h, 186 gettid
187 readahead fd:d offset:d count:U, 188 setxattr path:p name:p value:p size:U flags:x
189 lsetxattr path:p name:p value:p size:U flags:x, 190 fsetxattr fd:d name:p value:p size:U flags:x
191 getxattr path:p name:p value:p size:U, 192 lgetxattr path:p name:p value:p size:U, 193 fgetxattr fd:d name:p value:p size:U
194 listxattr path:p list:p size:U, 195 llistxattr path:p list:p size:U, 196 flistxattr fd:d list:p size:U
197 removexattr path:p name:p, 198 lremovexattr path:p name:p, 199 fremovexattr fd:d name:p, 200 tkill pid:d sig:d
201 time tloc:p, 202 futex uaddr:p op:x val:u utime:p uaddr2:h val3:x, 203 sched_setaffinity pid:d len:u user_mask_ptr:p
204 sched_getaffinity pid:d len:u user_mask_ptr:p, 205 set_thread_area u_info:p, 206 io_setup nr_reqs:u ctx:p
207 io_destroy ctx:p, 208 io_getevents ctx_id:p min_nr:d nr:d events:p timeout:p, 209 io_submit ctx_id:p nr:d iocbpp:p
210 io_cancel ctx_id:p iocb:p result:p, 211 get_thread_area u_info:p, 212 lookup_dcookie cookie64:U buf:p len:U
213 epoll_create size:d, 214 epoll_ctl_old epfd:h op:h fd:h event:h, 215 epoll_wait_old epfd:h events:h maxevents:h timeout:h
216 remap_file_pages start:p size:U prot:x pgoff:U flags:x, 217 getdents64 fd:d dirent:p count:u, 218 set_tid_address tidptr:h
219 restart_syscall, 220 semtimedop semid:d sops:p nsops:u timeout:p, 221 fadvise64 fd:d offset:d len:U advice:x
222 timer_create which_clock:x timer_event_spec:p created_timer_id:p
223 timer_settime timer_id:d flags:x new_setting:p old_setting:p, 224 timer_gettime timer_id:d setting:p
225 timer_getoverrun timer_id:d, 226 timer_delete timer_id:d, 227 clock_settime which_clock:x tp:p
228 clock_gettime which_clock:x tp:p, 229 clock_getres which_clock:x tp:p
230 clock_nanosleep which_clock:x flags:x rqtp:p rmtp:p, 231 exit_group error_code:d
232 epoll_wait epfd:d events:p maxevents:d timeout:d, 233 epoll_ctl epfd:d op:x fd:d event:p, 234 tgkill tgid:d pid:d sig:d
235 utimes filename:p utimes:p, 236 vserver a1:h a2:h a3:h a4:h a5:h, 237 mbind start:p len:U mode:x nmask:p maxnode:U flags:x
238 set_mempolicy mode:x nmask:p maxnode:U, 239 get_mempolicy policy:p nmask:p maxnode:U addr:p flags:x
240 mq_open name:p oflag:x, 241 mq_unlink name:p, 242 mq_timedsend mqdes:d msg_ptr:p msg_len:U msg_prio:u abs_timeout:p
243 mq_timedreceive mqdes:d msg_ptr:p msg_len:U msg_prio:p abs_timeout:p, 244 mq_notify mqdes:d notification:p
245 mq_getsetattr mqdes:d mqstat:p omqstat:p, 246 kexec_load entry:p nr_segments:U segments:p flags:x
247 waitid which:x pid:d infop:p options:x ru:p, 248 add_key type:p description:p payload:p plen:U destringid:d
249 request_key type:p description:p callout_info:p destringid:d, 250 keyctl cmd:x arg2:h arg3:h arg4:h arg5:h
251 ioprio_set which:x who:d ioprio:x, 252 ioprio_get which:x who:d, 253 inotify_init, 254 inotify_add_watch fd:d path:p mask:x
255 inotify_rm_watch fd:d wd:d, 256 migrate_pages pid:d maxnode:U from:p to:p, 257 openat dfd:d filename:p flags:x
258 mkdirat dfd:d pathname:p mode:d, 259 mknodat dfd:d filename:p mode:x, 260 fchownat dfd:d filename:p user:d group:d flag:x
261 futimesat dfd:d filename:p utimes:p, 262 newfstatat dfd:d filename:p statbuf:p flag:x, 263 unlinkat dfd:d pathname:p flag:x
264 renameat olddfd:d oldname:p newdfd:d newname:p, 265 linkat olddfd:d oldname:p newdfd:d newname:p flags:x
266 symlinkat oldname:p newdfd:d newname:p, 267 readlinkat dfd:d path:p buf:p bufsiz:U, 268 fchmodat dfd:d filename:p mode:d
269 faccessat dfd:d filename:p mode:x, 270 pselect6 n:d inp:p outp:p exp:p tsp:p sig:p
271 ppoll ufds:p nfds:u tsp:p sigmask:p sigsetsize:U, 272 unshare unshare_flags:x, 273 set_robust_list head:p len:U
274 get_robust_list pid:d head_ptr:p len_ptr:p, 275 splice fd_in:d off_in:p fd_out:d off_out:p len:U flags:x
276 tee fdin:d fdout:d len:U flags:x, 277 sync_file_range fd:d offset:d nbytes:d flags:x
278 vmsplice fd:d iov:p nr_segs:U flags:x, 279 move_pages pid:d nr_pages:U pages:p nodes:p status:p flags:x
280 utimensat dfd:d filename:p utimes:p flags:x, 281 epoll_pwait epfd:d events:p maxevents:d timeout:d sigmask:p sigsetsize:U
282 signalfd ufd:d user_mask:p sizemask:U, 283 timerfd_create clockid:x flags:x, 284 eventfd count:u
285 fallocate fd:d mode:x offset:d len:d, 286 timerfd_settime ufd:d flags:x utmr:p otmr:p, 287 timerfd_gettime ufd:d otmr:p
288 accept4 fd:d upeer_sockaddr:p upeer_addrlen:p flags:x, 289 signalfd4 ufd:d user_mask:p sizemask:U flags:x
290 eventfd2 count:u flags:x, 291 epoll_create1 flags:x, 292 dup3 oldfd:d newfd:d flags:x, 293 pipe2 fildes:p flags:x
294 inotify_init1 flags:x, 295 preadv fd:d vec:p vlen:U pos_l:d, 296 pwritev fd:d vec:p vlen:U pos_l:d
297 rt_tgsigqueueinfo tgid:d pid:d sig:d uinfo:p, 298 perf_event_open attr_uptr:p pid:d cpu:d group_fd:d flags:x
299 recvmmsg fd:d msg:p vlen:u flags:x timeout:p, 300 fanotify_init flags:x event_f_flags:x
301 fanotify_mark fanotify_fd:d flags:x mask:x fd:d pathname:p, 302 prlimit64 pid:d resource:x new_rlim:p old_rlim:p
303 name_to_handle_at dfd:d name:p handle:p mnt_id:p flag:x, 304 open_by_handle_at mountdirfd:d handle:p flags:x
305 clock_adjtime which_clock:x tx:p, 306 syncfs fd:d, 307 sendmmsg fd:d msg:p vlen:u flags:x, 308 setns fd:d nstype:x
309 getcpu cpu:p node:p cache:p, 310 process_vm_readv pid:d lvec:p liovcnt:U rvec:p riovcnt:U flags:U
311 process_vm_writev pid:d lvec:p liovcnt:U rvec:p riovcnt:U flags:U, 312 kcmp pid1:d pid2:d type:x idx1:h idx2:h
313 finit_module fd:d uargs:p flags:x, 314 sched_setattr pid:d attr:p flags:u, 315 sched_getattr pid:d attr:p size:u flags:u
316 renameat2 olddfd:d oldname:p newdfd:d newname:p flags:x, 317 seccomp op:x flags:x uargs:p
318 getrandom buf:p count:U flags:x, 319 memfd_create uname_ptr:h flags:x
320 kexec_file_load kernel_fd:d initrd_fd:d cmdline_len:U cmdline_ptr:p flags:x, 321 bpf cmd:x attr:p size:u
322 execveat dfd:d filename:p argv:p envp:p flags:x, 323 userfaultfd flags:x, 324 membarrier cmd:x flags:x
325 mlock2 start:p len:U flags:x, 326 copy_file_range fd_in:d off_in:p fd_out:d off_out:p len:U flags:u
327 preadv2 fd:d vec:p vlen:U pos_l:d pos_h:x, 328 pwritev2 fd:d vec:p vlen:U pos_l:d pos_h:x
329 pkey_mprotect start:p len:U prot:x pkey:d, 330 pkey_alloc flags:h init_val:x, 331 pkey_free pkey:d
332 statx dfd:d path:p flags:x mask:x buffer:p, 333 io_pgetevents ctx_id:p min_nr:d nr:d events:p timeout:p sig:p
334 rseq rseq:h rseq_len:h flags:h sig:h, 335 uretprobe, 336 uprobe, 424 pidfd_send_signal pidfd:d sig:d info:p flags:x
425 io_uring_setup entries:u p:p, 426 io_uring_enter fd:d to_submit:u min_complete:u flags:x argp:p argsz:U
427 io_uring_register fd:d op:x arg:p nr_args:u, 428 open_tree dfd:d path:p flags:x
429 move_mount from_dfd:d from_path:p to_dfd:d to_path:p ms_flags:x, 430 fsopen fs_name:p flags:x
431 fsconfig fs_fd:d cmd:x key:p value:p aux:d, 432 fsmount fs_fd:d flags:x ms_flags:x, 433 fspick dfd:d path:p flags:x
434 pidfd_open pid:d flags:x, 435 clone3 uargs:p size:U, 436 close_range fd:u max_fd:u flags:x
437 openat2 dfd:d filename:p how:p size:U, 438 pidfd_getfd pidfd:d fd:d flags:x, 439 faccessat2 dfd:d filename:p mode:x flags:x
440 process_madvise pidfd:d vec:p vlen:U behavior:x flags:x
441 epoll_pwait2 epfd:d events:p maxevents:d timeout:p sigmask:p sigsetsize:U
442 mount_setattr dfd:d path:p flags:x uattr:p usize:U, 443 quotactl_fd fd:d cmd:x id:d addr:p
444 landlock_create_ruleset attr:p size:U flags:x, 445 landlock_add_rule ruleset_fd:d rule_type:x rule_attr:p flags:x
446 landlock_restrict_self ruleset_fd:d flags:x, 447 memfd_secret flags:x, 448 process_mrelease pidfd:d flags:x
449 futex_waitv waiters:p nr_futexes:u flags:x timeout:p clockid:x
450 set_mempolicy_home_node start:p len:U home_node:U flags:h, 451 cachestat fd:u cstat_range:p cstat:p flags:x
452 fchmodat2 dfd:d filename:p mode:x flags:x, 453 map_shadow_stack addr:p size:U flags:x
454 futex_wake uaddr:p mask:h nr:d flags:x, 455 futex_wait uaddr:p val:h mask:h flags:x timeout:p clockid:x
456 futex_requeue waiters:p flags:x nr_wake:d nr_requeue:d, 457 statmount req:p buf:p bufsize:U flags:x
458 listmount req:p mnt_ids:p nr_mnt_ids:U flags:x, 459 lsm_get_self_attr attr:x ctx:p size:p flags:x
460 lsm_set_self_attr attr:x ctx:p size:u flags:x, 461 lsm_list_modules ids:p size:p flags:x, 462 mseal start:p len:U flags:h
463 setxattrat dfd:d pathname:p at_flags:x name:p uargs:p usize:U
464 getxattrat dfd:d pathname:p at_flags:x name:p uargs:p usize:U, 465 listxattrat dfd:d pathname:p at_flags:x list:p size:U
466 removexattrat dfd:d pathname:p at_flags:x name:p, 467 open_tree_attr dfd:d path:p flags:x uattr:p usize:U
468 file_getattr dfd:d filename:p ufattr:p usize:U at_flags:x, 469 file_setattr dfd:d filename:p ufattr:p usize:U at_flags:x
"""

PROTOTYPES: Final[dict[int, Prototype]] = parse(_TABLE)
NUMBERS: Final[dict[str, int]] = {prototype.name: number for number, prototype in PROTOTYPES.items()}
