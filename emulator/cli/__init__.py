"""The command line: `python -m emulator run PROG` and `corpus DIR...`, in the same sandbox as the service."""
