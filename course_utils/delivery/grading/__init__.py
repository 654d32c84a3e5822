"""Grading: a student's code runs in a sandbox, what comes back is arrays, and the judging happens outside.

`sandbox` shuts a command off from this machine. `worker` is the program inside: it runs a student's cells, calls the
functions that were asked for, and writes what they return as frames (`frames`). `marking` sends one notebook through
workers and judges what came back; `course_run` does so for all submissions; `pages` writes what people read.
"""
