"""Quiz of notebook 04, integrated gradients by hand."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "04",
    (
        Question(
            "Completeness says that the attributions of integrated gradients add up to …",
            (
                Option("F(x)", False, "Only if the baseline scores 0. The baseline's score has to be taken off."),
                Option("F(x) − F(x′)", True, "The account covers what changed between baseline and input."),
                Option("1", False, "Attributions are in units of score, not shares of one."),
                Option("the predicted probability", False, "F is the score that you chose to explain, mostly a logit."),
            ),
        ),
        Question(
            "The completeness gap of an IG map is 0.001, with m steps and with 2m. What do you know?",
            (
                Option("The map shows what the network looks at.", False, "The gap knows the sum, not the shares."),
                Option(
                    "m was large enough.",
                    True,
                    "The sum came out as the integral demands, twice. One small gap alone can be luck: the gap changes "
                    "its sign with m, and may be caught as it crosses 0.",
                ),
                Option("The baseline was well chosen.", False, "Every baseline can be computed to a gap of 0."),
                Option("The network is right about this input.", False, "Explanations of errors balance just as well."),
            ),
        ),
        Question(
            "On a trained ReLU network, why is Gauss–Legendre no better than the midpoint rule?",
            (
                Option(
                    "The slope along the path jumps.",
                    True,
                    "It is constant in pieces. High order is earned from smooth functions only.",
                ),
                Option("Its weights do not sum to 1.", False, "They do. That was Captum's riemann_trapezoid."),
                Option("It needs more passes per step.", False, "Every rule needs one point per node."),
                Option("It cannot handle 784 inputs.", False, "The integral is over α alone, whatever the inputs are."),
            ),
        ),
        Question(
            "Which pixels surely get the attribution 0 from a white baseline?",
            (
                Option("Pixels that the network ignores.", True, "No slope on the whole path: Sensitivity(b) holds."),
                Option("White pixels.", True, "There x − x′ is 0, whatever the network does."),
                Option("Black pixels.", False, "They differ most from white; they can get a lot."),
                Option("Pixels outside the object.", False, "If they differ from white and the network uses them, no."),
            ),
        ),
        Question(
            "Two paths from x′ to x give different attributions. What is the same?",
            (
                Option("Their sum.", True, "On every path the slopes add up to F(x) − F(x′)."),
                Option("Their largest pixel.", False, "Along the edges of a square, whoever moved last got all."),
                Option("Their signs.", False, "On another way the slopes can have other signs."),
                Option("Nothing at all.", False, "Start and end are the same, and so is the difference to share out."),
            ),
        ),
        Question(
            "You average the explanations from 10 baselines, 50 steps each. What does one picture cost?",
            (
                Option("50 points", False, "That would be one explanation from the mean baseline: another question."),
                Option("60 points", False, "Each baseline has a path of its own, with all its steps."),
                Option("500 points", True, "10 paths with 50 points, each with one pass forward and one backward."),
                Option("10 points", False, "Each of the 10 explanations looks at 50 points."),
            ),
        ),
        Question(
            "For a chest X-ray, where black means air, which baseline can show that air in the wrong place matters?",
            (
                Option("A black one, as usual.", False, "Black pixels equal it: exactly these would get 0."),
                Option(
                    "One in which that place is not black.",
                    True,
                    "Only then does x − x′ leave room for an attribution. Healthy pictures are such baselines.",
                ),
                Option("None: the method works on bright pixels.", False, "It works wherever x differs from x′."),
                Option("Any, with enough steps.", False, "Steps improve the mean slope; the factor x − x′ stays 0."),
            ),
        ),
    ),
)
