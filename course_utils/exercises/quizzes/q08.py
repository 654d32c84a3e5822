"""Quiz of notebook 08, LIME and surrogates."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "08",
    (
        Question(
            "A global surrogate has a fidelity of R² = 0.95 on rows that it has not seen. What do you know?",
            (
                Option("The model is right for 95 % of the rows.", False, "Fidelity never meets the labels."),
                Option(
                    "On average over these rows it follows the model's scores closely.",
                    True,
                    "That is what was measured. Its typical error is still 22 % of the spread of the scores: √0.05.",
                ),
                Option(
                    "It follows the model for each group of rows.",
                    False,
                    "A group with few rows hardly enters the average. Measure it apart.",
                ),
                Option("The model uses the same features as the surrogate.", False, "Two ways can lead to one score."),
            ),
        ),
        Question(
            "At one point LIME with a narrow kernel says +2 for a feature, with a wide one −1. Which is right?",
            (
                Option(
                    "The narrow one.", False, "It is right about the slope here. That may not have been the question."
                ),
                Option("The wide one.", False, "It is right about the trend. That may not have been the question."),
                Option(
                    "Both, each about another neighbourhood.",
                    True,
                    "The width says how large “around here” is. No formula chooses it for you; report it.",
                ),
                Option("The one with the higher local R².", False, "In the plane both ends of the scale fitted well."),
            ),
        ),
        Question(
            "Why did ridge with its usual penalty lose the slope in the table, where the kernel was narrow?",
            (
                Option(
                    "Few samples had weight, so the penalty weighed more than the data.",
                    True,
                    "The data pull with the sum of weight times squared spread. In a narrow kernel this is less than "
                    "1.",
                ),
                Option("Ridge cannot take weights.", False, "It takes them. That is how LIME uses it."),
                Option("The border is curved.", False, "In a narrow neighbourhood it is nearly straight."),
                Option(
                    "The scores were not scaled.", False, "The penalty acts on the slopes, whatever the scores are."
                ),
            ),
        ),
        Question(
            "A square of a digit is black already, and off means black. Which coefficients does it get?",
            (
                Option("0 from exact Shapley values", True, "It changes no coalition: it is a dummy."),
                Option(
                    "0 from LIME with 100 samples", False, "The fit confuses it with squares that were off with it."
                ),
                Option("0 from occlusion", True, "Covering it changes nothing, so the difference is exactly 0."),
                Option(
                    "0 from no method", False, "Two of the methods compare pictures that are equal to the last pixel."
                ),
            ),
        ),
        Question(
            "LIME's local R² is 0.82 with 100 samples and 0.63 with 1,000, on the same digit. Which run is better?",
            (
                Option(
                    "100 samples: it fits better.", False, "It fits its own samples better, with 49 slopes to bend."
                ),
                Option(
                    "1,000 samples: judged on pictures that neither has seen, it is ahead.",
                    True,
                    "R² on the samples that were fitted flatters small samples. Fidelity belongs on held-out data.",
                ),
                Option("Both are the same line.", False, "Their top squares differ, from seed to seed."),
                Option("Neither can be judged.", False, "New pictures and their scores judge both."),
            ),
        ),
        Question(
            "KernelSHAP adds up to F(x) − F(x′) with only 60 coalitions. What does this show?",
            (
                Option("That 60 are enough.", False, "It would add up with fewer, too."),
                Option("Nothing about convergence.", True, "The two ends are built in as conditions of the fit."),
                Option("That the model is additive.", False, "Every model gets attributions that add up."),
                Option("That the baseline is good.", False, "It adds up from any baseline."),
            ),
        ),
        Question(
            "A bank proves with LIME that years employed do not count. Why is this no proof?",
            (
                Option(
                    "LIME asks about rows that no applicant could send, and a model may notice.",
                    True,
                    "What it answers there need not be what it does in practice. You built such a model.",
                ),
                Option("LIME needs gradients.", False, "It needs scores only, and that is not the problem here."),
                Option("LIME never finds linear rules.", False, "It finds them exactly, when it is not lied to."),
                Option("The seed was fixed.", False, "A fixed seed makes it repeatable. It does not make it honest."),
            ),
        ),
    ),
)
