"""Processes: how the first comes to be, and how a program replaces another."""
