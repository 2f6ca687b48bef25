"""Address spaces: areas, demand paging, and the kernel's own accesses to user memory."""
