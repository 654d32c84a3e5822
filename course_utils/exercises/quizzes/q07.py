"""Quiz of notebook 07, Grad-CAM."""

from __future__ import annotations

from course_utils.exercises.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    "07",
    (
        Question(
            "A layer returns (8, 64, 14, 14). What is the shape of the weights α of Grad-CAM?",
            (
                Option("(64,)", False, "Each of the 8 pictures has gradients of its own."),
                Option("(8, 64)", True, "One number for each picture and channel: the places are averaged."),
                Option("(8, 14, 14)", False, "That is the shape of the map. α has no places; it belongs to channels."),
                Option("(8, 64, 14, 14)", False, "That is the gradient of step a, before the average of step b."),
            ),
        ),
        Question(
            "When is Grad-CAM without its ReLU the same as CAM, up to a factor?",
            (
                Option("At the last convolution of any network.", False, "The digit network shows that it is not."),
                Option(
                    "When global average pooling and one linear layer follow.",
                    True,
                    "Then the gradient of a channel is the same at all places, w / (h · w).",
                ),
                Option("When all activations are positive.", False, "Signs of activations do not enter the weights."),
                Option("Never: one uses gradients, the other does not.", False, "There the gradient is the weight."),
            ),
        ),
        Question(
            "Why is the last convolutional layer the usual choice?",
            (
                Option("It has the most places.", False, "It has the fewest: 7 × 7 in our ImageNet network."),
                Option(
                    "Its channels are closest to the classes.",
                    True,
                    "It still has places and already knows things. Earlier maps followed edges, or missed the cat.",
                ),
                Option(
                    "Grad-CAM is not defined for others.", False, "It is, for each layer that returns (N, K, h, w)."
                ),
                Option("Only its gradients are not zero.", False, "All layers below the score have gradients."),
            ),
        ),
        Question(
            "A Grad-CAM map comes out all zero, at a layer with weights for each place above it. What does it say?",
            (
                Option(
                    "No place speaks for the class.",
                    False,
                    "That follows only below global average pooling and one linear layer, as for the jellyfish.",
                ),
                Option(
                    "Little: the layer may still hold strong evidence for the class.",
                    True,
                    "Two digits had such a map for their own class, and a high score. Look place by place.",
                ),
                Option("Something is broken.", False, "For the two digits of part 8 everything ran as it should."),
                Option("The class has a low score.", False, "For the two digits of part 8 the score was above 16."),
            ),
        ),
        Question(
            "Two maps were each scaled to [0, 1]. What can you still compare?",
            (
                Option("Where each is strongest.", True, "The order of the places within one map is kept."),
                Option("Which class has more evidence.", False, "Each was divided by its own largest value."),
                Option("How much speaks against each class.", False, "The ReLU cut that off before the scaling."),
                Option("Which class has the higher score.", False, "Neither bias nor size is left in the maps."),
            ),
        ),
        Question(
            "Why can Grad-CAM miss what decides in the digit network?",
            (
                Option(
                    "Digits are too small.", False, "The patch detector's pictures are smaller, and it works there."
                ),
                Option(
                    "Its last layer has a weight for each place, and α is their mean.",
                    True,
                    "A channel that is wanted here and unwanted there may have a mean near 0, and still decide.",
                ),
                Option("The network is not accurate enough.", False, "Accuracy does not enter; the shares were exact."),
                Option("It has no ReLU6.", False, "That concerns guided backpropagation in some libraries."),
            ),
        ),
        Question(
            "The fine lines in a map of Guided Grad-CAM come from …",
            (
                Option("the 49 places of the last layer.", False, "They say where, and are smooth when enlarged."),
                Option(
                    "guided backpropagation.",
                    True,
                    "They trace edges of the input and hardly depend on the class; Grad-CAM chooses the region.",
                ),
                Option("bilinear interpolation.", False, "It makes smooth maps; it adds no detail."),
                Option("evidence for the class, pixel by pixel.", False, "Neither factor claims that."),
            ),
        ),
    ),
)
