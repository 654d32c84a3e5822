"""The file formats of Moodle, and nothing of grading: submissions, worksheets, feedback files, questions.

Everything here keeps to what a real Moodle (4.3 to 5.1) was seen to write and to read. What comes from students is
never written to disk under a name of theirs, and is read with a limit on everything.
"""
