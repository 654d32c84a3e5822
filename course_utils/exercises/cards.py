"""Method cards: one row a method, the same questions for each, so that methods can be compared through the course."""

from __future__ import annotations

import html
from dataclasses import dataclass

from .outcome import show


@dataclass(frozen=True)
class MethodCard:
    """What to know of a method before using it.

    Attributes
    ----------
    notebook
        Where it is taught; a comparison table shows the cards up to a notebook.
    cost
        In passes through the model; the notebook counts them.
    """

    name: str
    notebook: str
    question: str
    assumes: str
    cost: str
    cannot: str
    source: str


CARDS: tuple[MethodCard, ...] = (
    MethodCard(
        name="Counterfactual of one feature",
        notebook="01",
        question="What is the smallest change of this feature that flips the decision?",
        assumes="a decision with a border; a feature that can be changed alone",
        cost="linear score: 1 forward; black box: 1 forward for each value that is tried",
        cannot="say why, or whether anybody can make the change; it may ask for the impossible",
        source="Wachter et al. 2018, arXiv:1711.00399",
    ),
    MethodCard(
        name="Vanilla gradient",
        notebook="02",
        question="Which inputs change the score most, for a very small change?",
        assumes="a differentiable score; the slope here says something about the model",
        cost="1 forward, 1 backward",
        cannot="say anything where the score is flat (saturation); it measures sensitivity, not contribution",
        source="Baehrens et al. 2010, JMLR 11; Simonyan et al. 2014, arXiv:1312.6034",
    ),
    MethodCard(
        name="Input × Gradient",
        notebook="02",
        question="How much would each input contribute, were the model linear with the slope it has here?",
        assumes="a differentiable score, and zero as a meaningful absence",
        cost="1 forward, 1 backward",
        cannot="see inputs that are zero, or work under saturation; it does not add up to the score",
        source="Shrikumar et al. 2016, arXiv:1605.01713",
    ),
    MethodCard(
        name="SmoothGrad",
        notebook="02",
        question="Which inputs change the score, on average over noisy copies of the input?",
        assumes="a noise level that blurs the slope's noise and leaves the object",
        cost="n forward, n backward",
        cannot="remove a bias of the method it averages; the picture depends on the noise level",
        source="Smilkov et al. 2017, arXiv:1706.03825",
    ),
    MethodCard(
        name="Deconvnet",
        notebook="03",
        question="Which pattern in the input would excite this output, walking back through positive signals?",
        assumes="a ReLU network",
        cost="1 forward, 1 backward",
        cannot="answer for the class: much of its picture comes from the input; it breaks Sensitivity",
        source="Zeiler and Fergus 2014, arXiv:1311.2901",
    ),
    MethodCard(
        name="Guided backpropagation",
        notebook="03",
        question="Which pattern excites the output along paths that are active forwards and positive backwards?",
        assumes="a ReLU network",
        cost="1 forward, 1 backward",
        cannot="answer for the class: much of its picture comes from the input; it breaks Sensitivity",
        source="Springenberg et al. 2015, arXiv:1412.6806",
    ),
    MethodCard(
        name="Integrated gradients",
        notebook="04",
        question="How is the difference of the scores of input and baseline shared among the inputs?",
        assumes="a differentiable score, a path, and a baseline that means absence",
        cost="m forward, m backward (m = 50 is usual), 2 forward for the check",
        cannot="see inputs that equal the baseline; another baseline is another question",
        source="Sundararajan et al. 2017, arXiv:1703.01365",
    ),
    MethodCard(
        name="DeepLIFT",
        notebook="05",
        question="How is the difference of the scores shared, if each unit hands on its change in proportion?",
        assumes="nonlinearities that the library knows, each a module used once; a baseline that means absence",
        cost="2 forward (input and baseline), 2 backward; 2 forward for the check",
        cannot="see inputs that equal the baseline; say the same of a network that is written in another way",
        source="Shrikumar et al. 2017, arXiv:1704.02685",
    ),
    MethodCard(
        name="GradientSHAP",
        notebook="05",
        question="How is the difference to the average baseline shared among the inputs, estimated by drawing lots?",
        assumes="a differentiable score, and a set of baselines that means absence",
        cost="n forward, n backward (Captum: n = 5)",
        cannot="repeat itself without a seed, or add up with few samples",
        source="Lundberg and Lee 2017, arXiv:1705.07874",
    ),
    MethodCard(
        name="Occlusion",
        notebook="06",
        question="How much of the score goes when a window of the input is covered?",
        assumes="a model that can be asked; evidence that lies together; a filling that means absence",
        cost="1 forward for each window, and 1 (785 for a digit and single pixels)",
        cannot="see parts that can stand in for each other, or tell lost evidence from an odd cover",
        source="Zeiler and Fergus 2014, arXiv:1311.2901",
    ),
    MethodCard(
        name="RISE",
        notebook="06",
        question="How high is the score on average when this pixel is to be seen through random holes?",
        assumes="a probability as the score, black as absence, and many masks",
        cost="n forward (n in the thousands)",
        cannot="say where zero is, or repeat itself with another seed before n is large",
        source="Petsiuk et al. 2018, arXiv:1806.07421",
    ),
    MethodCard(
        name="CAM",
        notebook="07",
        question="Which places of the last convolution speak for the class, and which against it?",
        assumes="global average pooling and one linear layer directly above the channels",
        cost="1 forward; the rest is reading weights",
        cannot="be computed for other networks or layers; show more detail than the layer has places",
        source="Zhou et al. 2016, arXiv:1512.04150",
    ),
    MethodCard(
        name="Grad-CAM",
        notebook="07",
        question="Where are the channels active whose increase would raise the score?",
        assumes="a convolutional layer, and gradients that are much the same at all places of a channel",
        cost="1 forward, 1 backward down to the layer",
        cannot="see a channel whose gradients cancel between places; compare two maps after min–max scaling",
        source="Selvaraju et al. 2017, arXiv:1610.02391",
    ),
    MethodCard(
        name="Guided Grad-CAM",
        notebook="07",
        question="Which edges of the input lie in the region that Grad-CAM chose?",
        assumes="what Grad-CAM assumes, and a ReLU network",
        cost="2 forward, 2 backward",
        cannot="say that a fine line matters for the class: the lines come from guided backpropagation",
        source="Selvaraju et al. 2017, section 3.2, arXiv:1610.02391",
    ),
    MethodCard(
        name="Global surrogate",
        notebook="08",
        question="Which rules or line say nearly what the model says, over a whole data set?",
        assumes="a data set on which to ask, and a simple model that people can read",
        cost="1 forward for each row",
        cannot="speak for a group or a person where its fidelity is low, or say whether the model is right",
        source="Craven and Shavlik 1996, NIPS 8; Molnar 2022, chapter 8.6",
    ),
    MethodCard(
        name="LIME",
        notebook="08",
        question="Which features or superpixels carry the score, if a line replaces the model around this input?",
        assumes="pieces with a meaning, a kernel width, and a score that is nearly linear where the samples lie",
        cost="n forward (n = 1,000 is usual)",
        cannot="repeat itself with another seed or width; see how a model behaves on real inputs alone",
        source="Ribeiro et al. 2016, arXiv:1602.04938",
    ),
    MethodCard(
        name="Shapley values",
        notebook="08",
        question="What does each feature add to the score, averaged over all orders in which they can arrive?",
        assumes="a baseline that means absence, and that every coalition is worth asking about",
        cost="2^K forward for K features",
        cannot="be computed for many features, or tell real inputs from impossible ones",
        source="Shapley 1953; Lundberg and Lee 2017, arXiv:1705.07874",
    ),
    MethodCard(
        name="KernelSHAP",
        notebook="08",
        question="The same as Shapley values, from a sample of the coalitions",
        assumes="the same, and enough coalitions",
        cost="n + 2 forward; exact once n reaches 2^K − 2",
        cannot="show by its sum that n was large enough: it adds up by construction",
        source="Lundberg and Lee 2017, arXiv:1705.07874",
    ),
)

_FIELDS = (
    ("question it answers", "question"),
    ("assumes", "assumes"),
    ("cost in passes", "cost"),
    ("cannot", "cannot"),
    ("source", "source"),
)


def method_card(name: str) -> None:
    """Show the card of a method by its name."""
    for card in CARDS:
        if card.name == name:
            break
    else:
        raise ValueError(f"name must be one of {', '.join(c.name for c in CARDS)}, got {name!r}")
    rows = [(label, getattr(card, field)) for label, field in _FIELDS]
    text = f"{card.name}\n" + "\n".join(f"  {label:<20} {value}" for label, value in rows)
    body = "".join(
        f"<tr><th scope='row' style='text-align:left'>{a}</th><td style='text-align:left'>{html.escape(b)}</td></tr>"
        for a, b in rows
    )
    show(text, f"<table><caption><strong>{html.escape(card.name)}</strong></caption>{body}</table>")


def comparison_table(upto: str) -> None:
    """Show all methods that were taught up to a notebook, a row each."""
    cards = [card for card in CARDS if card.notebook <= upto]
    labels = ("method", *(label for label, _ in _FIELDS[:4]))
    rows = [(card.name, *(getattr(card, field) for _, field in _FIELDS[:4])) for card in cards]
    text = "\n".join(" | ".join(row) for row in (labels, *rows))
    head = "".join(f"<th style='text-align:left'>{label}</th>" for label in labels)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left;vertical-align:top'>{html.escape(v)}</td>" for v in row) + "</tr>"
        for row in rows
    )
    show(text, f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
