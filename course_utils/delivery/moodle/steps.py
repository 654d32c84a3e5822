"""What a teacher does in Moodle with the two files, in the words of its screens."""

from __future__ import annotations

UPDATING = "Allow updating records that have been modified more recently in Moodle than in the spreadsheet."


def upload_steps() -> list[str]:
    """Return the steps that bring grades and feedback to the students, a sentence or a few for each."""
    return [
        "Open the assignment in Moodle, in the language in which you downloaded the worksheet, and go to "
        "'Submissions' (older: 'View all submissions').",
        "Grades first: from the menu 'Actions' (older: 'Grading action') choose 'Upload grading worksheet', and give "
        "it grades-upload.csv as it is, never saved by a spreadsheet. Where it asks: encoding UTF-8, separator comma.",
        f"Leave '{UPDATING}' unticked the first time. Without the tick Moodle leaves out, in silence, each row that "
        "was graded after the download; where its dates are not in English, each row that was ever graded. Tick it to "
        "replace grades that Moodle has.",
        "Moodle lists every change. Compare their number with the number of rows, then confirm.",
        "Then the pages: from the same menu choose 'Upload multiple feedback files in a zip', give it feedback.zip, "
        "and confirm. Not before the grades: a feedback file makes Moodle think that the person was graded just now.",
        "If the menu lacks one of the two, tick 'Offline grading worksheet' and 'Feedback files' under 'Feedback "
        "types' in the assignment's settings.",
    ]
