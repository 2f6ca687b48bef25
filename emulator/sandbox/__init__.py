"""The only part that touches the host: a warm parent, one forked and locked-down child for each job, and the client that judges them.

    client.py   in the service or the CLI; imports no engine
        | control socket: spare children come in, start and kill go out, wait statuses come back
    warm.py     one single-threaded process that has imported the engine; forks children, kills them, reaps them
        | fork
    child.py    one job, behind lockdown.py; talks to the client over a socket of its own

Whoever reads from a child takes it for hostile: lengths are capped, frames have a schema, numbers are checked, and how a
job ended is decided from outside (outcome.py).
"""
