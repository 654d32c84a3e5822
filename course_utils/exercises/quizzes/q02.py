"""The quiz of notebook 02, gradients."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "02",
    (
        Question(
            "What differs between the gradient in training and the gradient as an explanation?",
            (
                Option(
                    "The number that is differentiated: loss or score.",
                    True,
                    "Training follows the loss. An explanation asks for the score of one class.",
                ),
                Option(
                    "What it is taken with respect to: weights or input.",
                    True,
                    "In training the weights move and the data stand; in an explanation the input moves.",
                ),
                Option(
                    "The algorithm: an explanation cannot use backpropagation.",
                    False,
                    "It is the same algorithm. Only the two ends of the chain rule are other ones.",
                ),
                Option(
                    "The network must be in training mode for both.",
                    False,
                    "An explanation is about the network as it is used: evaluation mode, weights untouched.",
                ),
            ),
        ),
        Question(
            "A network gives p = 0.9999 to its class. You explain the softmax output and get an almost empty map. Why?",
            (
                Option(
                    "No pixel matters for the decision.",
                    False,
                    "The logit of the same class has a gradient of ordinary size. The pixels matter.",
                ),
                Option(
                    "The probability cannot rise any more, so its slope contains a factor close to 1 − p.",
                    True,
                    "∂p/∂x ≈ p (1 − p) times a difference of logit gradients. Explain the logit.",
                ),
                Option(
                    "The softmax has no derivative there.",
                    False,
                    "It is smooth everywhere. Its derivative is tiny, not missing.",
                ),
                Option(
                    "The picture is too far from the training data.",
                    False,
                    "That may happen too, but an empty map at p near 1 follows from the formula alone.",
                ),
            ),
        ),
        Question(
            "At one pixel the gradient of the score of 3 is strongly negative. The pixel is black. What does it say?",
            (
                Option(
                    "The pixel lowered the score of 3.",
                    False,
                    "There is no ink on it, so it did nothing yet. The slope speaks of a change.",
                ),
                Option(
                    "A little ink there would lower the score of 3.",
                    True,
                    "That is the first-order statement: score per unit of change, for a small change.",
                ),
                Option(
                    "Full ink there lowers the score by exactly that value.",
                    False,
                    "Only if the score were a straight line all the way. It bends long before.",
                ),
                Option(
                    "Input×Gradient would show the pixel in strong blue.",
                    False,
                    "Its value is 0, and 0 times the slope is 0: Input×Gradient cannot see it.",
                ),
            ),
        ),
        Question(
            "Why is the gradient map of a deep ReLU network speckled?",
            (
                Option(
                    "Because the score itself jumps from pixel to pixel.",
                    False,
                    "The score was nearly flat along the line through input space. Only its slope moved wildly.",
                ),
                Option(
                    "Because the slope jumps at each ReLU that switches, though the score does not.",
                    True,
                    "The score is made of many small flat pieces; the slope belongs to one piece only.",
                ),
                Option(
                    "Because of rounding in 32-bit numbers.",
                    False,
                    "The same speckle appears in 64 bits. It belongs to the function.",
                ),
                Option(
                    "Because the network was trained badly.",
                    False,
                    "Well-trained networks show it as well; this one names the photograph rightly.",
                ),
            ),
        ),
        Question(
            "What does SmoothGrad with a noise level of 0.5 explain?",
            (
                Option(
                    "The score at the picture, more exactly than the gradient does.",
                    False,
                    "At the picture the gradient is exact already. SmoothGrad answers another question.",
                ),
                Option(
                    "The mean score over very noisy copies, which the network may no longer recognise.",
                    True,
                    "It is the gradient of the blurred score E[F(x + ε)]. Count what the network says about the "
                    "copies.",
                ),
                Option(
                    "The score of a blurred picture.",
                    False,
                    "The picture is not blurred, the score is: it is averaged over noisy pictures.",
                ),
                Option(
                    "The same as with a noise level of 0.1, with more samples needed.",
                    False,
                    "The number of samples decides how well a mean is known, the noise level decides which mean.",
                ),
            ),
        ),
        Question(
            "You run Captum's NoiseTunnel(Saliency(model)) on a photograph in [0, 1], with the right "
            "target and no other setting. What do you get?",
            (
                Option(
                    "SmoothGrad as in the paper, with a noise level of 0.15.",
                    False,
                    "Captum's default is σ = 1.0, absolute: the whole range of the photograph.",
                ),
                Option(
                    "The mean of absolute gradients, with noise as strong as the whole range of the picture.",
                    True,
                    "Saliency takes absolute values by default, and stdevs is 1.0. Set abs=False and σ yourself.",
                ),
                Option(
                    "The plain gradient, because without a noise level no noise is added.",
                    False,
                    "The default of stdevs is 1.0, not 0.",
                ),
            ),
        ),
        Question(
            "Which questions can a gradient map answer?",
            (
                Option(
                    "In which direction does a very small change of the input raise the score fastest?",
                    True,
                    "That is the definition of a gradient.",
                ),
                Option(
                    "How much will the score drop if I cover this region?",
                    False,
                    "A large step. The straight line is long gone; cover the region and look (notebook 06).",
                ),
                Option(
                    "Which pixels contributed how much of the score?",
                    False,
                    "A slope is no share. Shares need a baseline and a sum that adds up (notebook 04).",
                ),
                Option(
                    "Is the network right for the right reasons?",
                    False,
                    "No single map proves that. It can raise a suspicion, which you then test.",
                ),
            ),
        ),
    ),
)
