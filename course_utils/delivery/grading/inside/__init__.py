"""What lies beside a student's code in the sandbox: the worker, and how it reads cells and writes frames.

These files run there on their own, without the rest of the course's tools: they import each other by their bare names.
"""
