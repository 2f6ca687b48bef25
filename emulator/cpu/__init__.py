"""The emulated x86-64 CPU: Unicorn behind the SDM's own words.

`engine` alone imports Unicorn. The kernel model uses `memory`, `paging`, `pt_regs` and `port`, which are plain Python.
"""
