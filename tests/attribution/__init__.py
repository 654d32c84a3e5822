"""Tests of `course_utils.attribution`."""
