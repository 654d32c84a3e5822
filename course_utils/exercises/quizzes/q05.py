"""Quiz of notebook 05, integrated gradients with Captum."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "05",
    (
        Question(
            "ig.attribute(x, 3) on a model that returns one score per input: what is the 3?",
            (
                Option("the class", False, "That is the second argument of Saliency, and the third of this one."),
                Option("the baseline", True, "The order is inputs, baselines, target. Write arguments by name."),
                Option("the number of steps", False, "n_steps comes later, and has the default 50."),
                Option("an error", False, "A number is a fine baseline, so nothing raises."),
            ),
        ),
        Question(
            "internal_batch_size=10 instead of None. What changes?",
            (
                Option("The answer becomes less exact.", False, "The same nodes are summed, a few at a time."),
                Option("The memory that is needed.", True, "10 points go through the model at once instead of all."),
                Option("The number of nodes on the path.", False, "That is n_steps."),
                Option(
                    "The number of pictures that are explained.", False, "All of them are, each with its whole path."
                ),
            ),
        ),
        Question(
            "(From an optional section.) Captum's midpoint rule and ours agree to 1e-6 on digits, and do not on a "
            "photograph. Why?",
            (
                Option(
                    "Their nodes differ by one rounding, and a deep network has slopes that jump.",
                    True,
                    "Among millions of units some sit so close to their kink that a rounding puts them on the other "
                    "side.",
                ),
                Option("One of them has a mistake in the formula.", False, "Then the digits would disagree as well."),
                Option("A photograph has more pixels to add up.", False, "Attributions are compared pixel by pixel."),
                Option("Captum takes another baseline.", False, "Both start from black."),
            ),
        ),
        Question(
            "Captum's NoiseTunnel with its defaults, on pictures with values from 0 to 1: what do you get?",
            (
                Option("SmoothGrad as in the paper", False, "The paper's σ is 10 to 20 % of the range."),
                Option(
                    "an average over pictures that drown in noise",
                    True,
                    "σ is absolute and 1.0 by default: as large as the whole range of the picture.",
                ),
                Option("the plain gradient", False, "That would be σ = 0."),
                Option("the same map at each call", False, "It draws from the global generator, unseeded."),
            ),
        ),
        Question(
            "Captum's DeepLift returns a map and raises nothing. Which of these can have gone wrong all the same?",
            (
                Option(
                    "A ReLU was called as a function, not as a module.",
                    True,
                    "Then there is nothing to hook, and its plain slope is used.",
                ),
                Option(
                    "The nonlinearity is one that it does not know, such as ReLU6.",
                    True,
                    "It passes through silently; only the gap tells.",
                ),
                Option(
                    "One ReLU module is used twice.", False, "This one raises. It is the only one of them that does."
                ),
                Option(
                    "What enters a ReLU also goes past it.",
                    True,
                    "The hook sits on the tensor and overwrites what came along the other way.",
                ),
            ),
        ),
        Question(
            "A model was left in training mode. Which of these shows it in the result of Captum?",
            (
                Option("an error", False, "Captum does not look at the mode."),
                Option("a warning", False, "Captum warns of requires_grad and hooks, not of this."),
                Option(
                    "a large convergence delta, always",
                    False,
                    "It is computed in the wrong mode as well, and was small for the 3 in small batches.",
                ),
                Option(
                    "nothing for certain",
                    True,
                    "The map depends on the batch and the statistics move, but nobody says so. Ask before you explain.",
                ),
            ),
        ),
        Question(
            "(From an optional section.) By default, visualize_image_attr shows two maps equally strong. What do you "
            "know of their values?",
            (
                Option("They have the same size.", False, "Each map is scaled by its own values before it is drawn."),
                Option("They have the same sign.", False, "The default draws absolute values."),
                Option("They add up to the same score.", False, "A picture cannot tell a sum; print it."),
                Option(
                    "Nothing.", True, "Scale and sign are gone. A picture without a scale compares places, not sizes."
                ),
            ),
        ),
    ),
)
