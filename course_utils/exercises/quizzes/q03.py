"""The quiz of notebook 03, the ReLU sensitivity counterexample."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "03",
    (
        Question(
            "For f(x) = 1 − ReLU(1 − x) and the input x = 2, the gradient is 0. What follows?",
            (
                Option(
                    "x does not matter for the score at 2.",
                    False,
                    "Set x to 0 and the score falls from 1 to 0. It matters; the gradient does not see it.",
                ),
                Option(
                    "A small change of x does not change the score.",
                    True,
                    "That is all a gradient says: what the next small step does.",
                ),
                Option(
                    "PyTorch computes the gradient wrongly, because f has a kink.",
                    False,
                    "The kink is at 1. At 2 the function is smooth and flat, and 0 is its true derivative.",
                ),
                Option(
                    "The network has not been trained well.",
                    False,
                    "No training is involved. Any function that saturates has this blind spot.",
                ),
            ),
        ),
        Question(
            "A model has two features. An input and its baseline differ in both, the scores differ, and both features "
            "receive 0. Which axiom is broken?",
            (
                Option(
                    "Sensitivity(a)",
                    False,
                    "Sensitivity(a) speaks of pairs that differ in one feature. With two it makes no demand.",
                ),
                Option(
                    "Completeness",
                    True,
                    "The attributions sum to 0, and the difference of the scores is not 0.",
                ),
                Option(
                    "Sensitivity(b)",
                    False,
                    "Sensitivity(b) speaks of features on which the function does not depend. 0 is what it asks for.",
                ),
            ),
        ),
        Question(
            "Which axiom follows from another one?",
            (
                Option(
                    "Sensitivity(a) follows from Completeness.",
                    True,
                    "If one feature differs and the others receive nothing, the sum is its attribution alone, and "
                    "Completeness makes it F(x) − F(x′), which is not 0.",
                ),
                Option(
                    "Completeness follows from Sensitivity(a).",
                    False,
                    "Sensitivity(a) asks for something that is not 0; it does not say how much.",
                ),
                Option(
                    "Implementation Invariance follows from Completeness.",
                    False,
                    "(1.5, −0.5) and (2, −1) both sum to 1. The sum does not fix the shares.",
                ),
            ),
        ),
        Question(
            "At a ReLU with z = −2 going forward, the signal R = 3 comes back. What is passed on?",
            (
                Option(
                    "Gradient 0, deconvnet 3, guided 0.",
                    True,
                    "The unit was off: that closes the gate of gradient and guided. Deconvnet looks at R alone.",
                ),
                Option(
                    "Gradient 3, deconvnet 0, guided 0.",
                    False,
                    "You have taken each other's gate for gradient and deconvnet. The gradient looks at z.",
                ),
                Option(
                    "Gradient 0, deconvnet 3, guided 3.",
                    False,
                    "Guided has both gates, so one closed gate is enough to stop the signal.",
                ),
                Option(
                    "0 for all three, because the unit was off.",
                    False,
                    "Deconvnet does not ask whether the unit was off.",
                ),
            ),
        ),
        Question(
            "Guided backpropagation draws the same crisp picture for two classes. What is the best reading?",
            (
                Option(
                    "The network uses the same evidence for both classes.",
                    False,
                    "Perhaps, but this picture cannot show it: it stays much the same even with random weights in the "
                    "last layer.",
                ),
                Option(
                    "The picture says more about the input than about the class.",
                    True,
                    "Only positive signals through active units survive, and which units are active is decided by the "
                    "input.",
                ),
                Option(
                    "The implementation has a bug.",
                    False,
                    "A right implementation does this. Our version and the library's agree on the digit network.",
                ),
            ),
        ),
        Question(
            "Two networks give the same score for every input. DeepLIFT's Rescale rule attributes (1.5, −0.5) in one "
            "and (2, −1) in the other. Why?",
            (
                Option(
                    "Rounding errors.",
                    False,
                    "A difference of a half is no rounding error, and both results are exact.",
                ),
                Option(
                    "The rule replaces each derivative by a quotient of differences at each unit, and there is no "
                    "chain rule for those.",
                    True,
                    "The result depends on which units a network happens to consist of. Derivatives do obey the chain "
                    "rule, so gradients depend on the function alone.",
                ),
                Option(
                    "One of the two networks has an error.",
                    False,
                    "Both compute the same function. There is no test on inputs and outputs that tells them apart.",
                ),
                Option(
                    "DeepLIFT breaks Completeness.",
                    False,
                    "Both rows sum to 1, which is F(x) − F(x′).",
                ),
            ),
        ),
        Question(
            "A library's guided backpropagation equals its gradient on your network, to the last digit. What do you "
            "check first?",
            (
                Option(
                    "Whether the library found the ReLUs of the network at all.",
                    True,
                    "A library that looks for nn.ReLU modules misses ReLU6 and torch.relu, and says nothing.",
                ),
                Option(
                    "Nothing: the two methods often agree.",
                    False,
                    "They agree only if no negative signal ever meets an active ReLU, which hardly happens.",
                ),
                Option(
                    "Whether the picture is sharp.",
                    False,
                    "Looks are no test. The plain gradient of some networks is sharp, too.",
                ),
            ),
        ),
    ),
)
