"""A course on explainable AI: the methods from scratch, the exercises, and the tools around them.

Nothing heavy is imported here, so that `import course_utils` and `course --help` answer at once.
"""

__version__ = "0.1.0"
