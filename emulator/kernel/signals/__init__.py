"""Signals: what an exception becomes, and what a signal does."""
