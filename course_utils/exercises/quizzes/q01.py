"""Quiz of notebook 01, terminology."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "01",
    (
        Question(
            "A logistic regression with 40,000 weights, one for each word of a dictionary. Which is true?",
            (
                Option(
                    "It is transparent, because it is linear.",
                    False,
                    "Each weight has a meaning, but no person can go through 40,000 of them. Linear is not the same as "
                    "readable.",
                ),
                Option(
                    "It can be decomposed into parts with a meaning, but hardly be simulated by a person.",
                    True,
                    "Lipton's three questions can have different answers for one model.",
                ),
                Option(
                    "It is a black box, because it has too many weights to read.",
                    False,
                    "Any single weight can still be looked up and means something; for one short text, few of them "
                    "count.",
                ),
            ),
        ),
        Question(
            "In the words of Arrieta et al., what is the difference between interpretable and explainable?",
            (
                Option(
                    "Interpretable is what a model is; explaining is something that is done to make it clear.",
                    True,
                    "Passive against active. The explanation of an interpretable model is the model.",
                ),
                Option(
                    "None, the two are always used for the same.",
                    False,
                    "Many authors do use them alike. Arrieta et al. do not, and neither does this course.",
                ),
                Option(
                    "Interpretable is local, explainable is global.",
                    False,
                    "That is scope, another axis. A readable model explains one input as well as all of them.",
                ),
            ),
        ),
        Question(
            "Which of these are post-hoc and model-agnostic?",
            (
                Option(
                    "A small tree fitted to the answers of a forest",
                    True,
                    "It needs only the forest's answers.",
                ),
                Option(
                    "The gradient of a network's score with respect to the pixels",
                    False,
                    "Post-hoc, yes, but it goes through the inside of the network: model-specific.",
                ),
                Option(
                    "Replacing a feature by its mean and calling the model again",
                    True,
                    "Two calls, no look inside.",
                ),
                Option(
                    "Reading the weights of a linear model",
                    False,
                    "The model itself is read: ante-hoc, and only for models with weights of that kind.",
                ),
            ),
        ),
        Question(
            "Mara asks: “Why was I refused, and my colleague with the same income was not?” What fits best?",
            (
                Option(
                    "The bank's global list of feature importances",
                    False,
                    "It holds for all applicants together and compares her with nobody in particular.",
                ),
                Option(
                    "An attribution of her score with the colleague as the baseline",
                    True,
                    "The question is contrastive and names its contrast. So take the colleague as the baseline.",
                ),
                Option(
                    "The accuracy of the model",
                    False,
                    "It says how often the model is right, not why it decided in one case.",
                ),
            ),
        ),
        Question(
            "A feature has an attribution of exactly 0 for one applicant. What follows?",
            (
                Option(
                    "The model does not use this feature.",
                    False,
                    "The forest had a bar of 0 for late payments and used them all the same.",
                ),
                Option(
                    "Changing this feature to its baseline value makes no difference for this applicant.",
                    True,
                    "That is what was computed, no more: this applicant, this baseline, one feature at a time.",
                ),
                Option(
                    "Any change of this feature leaves the decision as it is.",
                    False,
                    "Only one change was tried, the one to the baseline value.",
                ),
            ),
        ),
        Question(
            "A surrogate tree agrees with a black box on 95 % of new applications. What do you know?",
            (
                Option(
                    "Its rules are right about the reasons in 95 % of the cases.",
                    False,
                    "Equal answers can have different reasons. Fidelity compares answers.",
                ),
                Option(
                    "Its rules are about 95 % accurate on the true outcomes.",
                    False,
                    "Fidelity is measured against the black box, accuracy against the world.",
                ),
                Option(
                    "Nothing yet about where the 5 % lie; they may be the cases that people ask about.",
                    True,
                    "In this notebook the disagreements sat where the decision was close.",
                ),
            ),
        ),
        Question(
            "What did the measurements in part 6 show about performance and interpretability?",
            (
                Option(
                    "More complex models are always more accurate.",
                    False,
                    "On the cancer data the linear model was level with the best, and the forest was behind it.",
                ),
                Option(
                    "It depends on the model and the data: the shallow tree paid, much on pixels and less on cancer; "
                    "the linear model stayed within the spread of the best on both.",
                    True,
                    "So measure it, with its spread, before you pay with a black box.",
                ),
                Option(
                    "Interpretable models are always as good.",
                    False,
                    "The shallow tree on the digits was far behind.",
                ),
            ),
        ),
    ),
)
