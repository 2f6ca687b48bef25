"""What a run is, what it says while it runs, and how what it said is put together again."""
