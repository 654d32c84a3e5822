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
