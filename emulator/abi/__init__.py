"""Facts of Linux and x86-64 that the rest of the emulator stands on: no state, no policy."""
