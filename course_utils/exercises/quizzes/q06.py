"""Quiz of notebook 06, occlusion."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "06",
    (
        Question(
            "An occlusion map of a digit is blank: 0 everywhere. What do you know?",
            (
                Option(
                    "No single window matters, as long as all the rest is there.",
                    True,
                    "That is the question which was asked, at each place. An OR of many parts answers it with 0.",
                ),
                Option("The score does not depend on the digit.", False, "It may fall to nothing when all ink goes."),
                Option("The model is saturated, so its gradient is 0 too.", False, "That does not follow either way."),
                Option("The window was too large.", False, "A larger window would have seen more, not less."),
            ),
        ),
        Question(
            "A picture of 32 × 32, a window of 8, a stride of 8. How many forward passes?",
            (
                Option("16", False, "That is the number of windows. The picture itself is asked about once."),
                Option("17", True, "Four places on each axis, 16 windows, and the picture itself."),
                Option("65", False, "That is a window at every fourth pixel, eight on each axis; the stride is 8."),
                Option("1025", False, "That is a window at each pixel; the stride is 8."),
            ),
        ),
        Question(
            "F = x₁ · x₂ at (1, 1), baseline 0. Occlusion gives 1 to each input. What does that show?",
            (
                Option("A mistake in the code.", False, "1 − 0 for each of them is what the definition says."),
                Option(
                    "What parts do together is counted for each of them.",
                    True,
                    "The whole product goes when either goes, so it is counted twice.",
                ),
                Option("The inputs are twins, so the axiom Symmetry fails.", False, "They get the same: it holds."),
                Option("The baseline should have been 1.", False, "Then nothing would change, and both would get 0."),
            ),
        ),
        Question(
            "Two libraries draw other occlusion maps of one model: one map fades towards the border. A likely cause?",
            (
                Option(
                    "One adds up over the covering windows, the other takes the mean.",
                    True,
                    "A pixel in the corner lies under fewer windows, so its sum is smaller.",
                ),
                Option("One of them uses gradients.", False, "Occlusion asks for scores only."),
                Option("The batch size differs.", False, "It changes the number of calls, and no value."),
                Option("Digits have no ink at the border.", False, "That holds for both libraries."),
            ),
        ),
        Question(
            "You cover a patch, and the score of the class rises. What may be the reason?",
            (
                Option("The patch spoke against the class.", True, "Then removing it helps."),
                Option("The cover itself looks like evidence for the class.", True, "The cover is a picture too."),
                Option("The score was a probability and not a logit.", False, "Both can rise and fall."),
                Option("The stride was larger than the window.", False, "That leaves gaps in the map, and no signs."),
            ),
        ),
        Question(
            "Why does RISE want probabilities and not logits?",
            (
                Option("Logits have no gradient.", False, "RISE needs none; it asks for scores only."),
                Option(
                    "Its map has no zero: a large mean score brings the unevenness of the masks into the map.",
                    True,
                    "A constant added to the score changes the map. Taking the mean score off helps as well.",
                ),
                Option("Probabilities of all classes add up to 1.", False, "RISE looks at one class only."),
                Option("Masks have values from 0 to 1 as well.", False, "Masks and scores need not share a range."),
            ),
        ),
        Question(
            "A map of one zero is pale at its lower end. “So a zero need not be closed below.” How do you test it?",
            (
                Option(
                    "With a second method on the same zero.", False, "Two maps of one picture are still one picture."
                ),
                Option("With a smaller window.", False, "That makes the map sharper, and the claim no more general."),
                Option(
                    "Cut that gap into hundreds of zeros and count how many are still recognised.",
                    True,
                    "The claim is about zeros and a gap, so ask the network about just that.",
                ),
                Option("By asking whether people would still read it.", False, "The claim is about the network."),
            ),
        ),
    ),
)
