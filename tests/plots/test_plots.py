"""Each plot: what it draws, and what it refuses."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from course_utils import plots
from course_utils.plots.palette import identity


@pytest.fixture
def ax():
    _, (axes,) = plots.panels()
    return axes


def test_everything_that_is_promised_is_there():
    for name in plots.__all__:
        assert getattr(plots, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'heatmap'"):
        plots.heatmap  # noqa: B018


@pytest.mark.parametrize("n", [0, -1, 1.5, True])
def test_panels_refuses_what_is_no_number_of_panels(n):
    with pytest.raises(ValueError, match="n: expected"):
        plots.panels(n)


def test_panels_fill_rows_evenly():
    fig, axes = plots.panels(5)
    assert len(axes) == 5
    assert len(fig.axes) == 6
    assert not fig.axes[5].axison


def test_neighbouring_curves_differ_without_colour():
    styles = [identity(i)[1:] for i in range(8)]
    assert len(set(styles)) == 8


def test_colour_maps_are_neither_jet_nor_rainbow():
    assert plots.SIGNED == "RdBu_r"
    assert plots.UNSIGNED == "cividis"


def test_signed_map_is_symmetric_about_zero_and_prints_its_bound(ax):
    plots.signed_map(ax, torch.tensor([[-1.0, 0.0], [0.5, 0.25]]), title="gradient")
    picture = ax.images[0]
    assert picture.get_clim() == (-1.0, 1.0)
    assert [t.get_text() for t in ax.child_axes[0].get_xticklabels()] == ["−1", "0", "1"]
    red, _, blue, _ = picture.cmap(picture.norm(0.9))
    assert red > blue, "positive is red"


def test_signed_map_says_when_all_is_zero(ax):
    plots.signed_map(ax, np.zeros((2, 2)), title="gradient")
    assert ax.get_title() == "gradient\n(all zero)"


def test_signed_map_says_when_values_lie_beyond_a_common_bound(ax):
    plots.signed_map(ax, np.array([[3.0, 0.5]]), bound=1.0)
    assert ax.get_title() == "(1 beyond scale)"
    assert ax.images[0].get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (torch.zeros(1, 1, 4, 4), "choose one of them"),
        (torch.zeros(3, 4, 4), "reduce the channels"),
        (torch.zeros(4), r"expected \(H, W\)"),
        (torch.full((4, 4), float("nan")), "16 of 16 values are NaN"),
        (torch.zeros(0, 4), "is empty"),
    ],
)
def test_a_map_that_cannot_be_drawn_is_refused(ax, value, message):
    with pytest.raises(ValueError, match=message):
        plots.signed_map(ax, value)


def test_a_map_of_words_is_refused(ax):
    with pytest.raises(TypeError, match="attributions: expected numbers"):
        plots.signed_map(ax, "map")


@pytest.mark.parametrize("bound", [0.0, -1.0, float("inf")])
def test_a_bound_is_positive(ax, bound):
    with pytest.raises(ValueError, match="bound: expected a positive number"):
        plots.signed_map(ax, np.eye(2), bound=bound)


def test_unsigned_map_refuses_signs(ax):
    with pytest.raises(ValueError, match="belongs into signed_map"):
        plots.unsigned_map(ax, -np.eye(2))


def test_overlay_must_fit_its_picture(ax):
    with pytest.raises(ValueError, match="does not match the picture"):
        plots.overlay(ax, np.zeros((3, 4, 4)), np.zeros((5, 5)))


def test_overlay_of_zeros_leaves_the_picture(ax):
    plots.overlay(ax, np.zeros((3, 4, 4)), np.zeros((4, 4)))
    assert np.asarray(ax.images[1].get_alpha()).max() == 0


def test_overlay_of_almost_nothing_draws_no_edge(ax):
    """A map that goes from 0 to 1 % of its largest value changes the grey below by no more than a shade."""
    values = np.zeros((1, 3))
    values[0, 1:] = 0.01, 1.0
    plots.overlay(ax, np.full((1, 3), 0.2), values)
    below, above = ax.images
    covered = above.get_alpha()[..., None] * above.to_rgba(values)[..., :3]
    seen = covered + (1 - above.get_alpha()[..., None]) * below.to_rgba(below.get_array())[..., :3]
    assert np.abs(seen[0, 1] - seen[0, 0]).max() < 0.01
    assert np.abs(seen[0, 2] - seen[0, 0]).max() > 0.25


def test_image_does_not_stretch_and_says_what_it_clips(ax):
    plots.image(ax, torch.tensor([[0.5, 1.5]]), "noisy")
    assert ax.get_title() == "noisy\n(clipped to [0, 1])"
    assert ax.images[0].get_clim() == (0, 1)


def test_image_takes_a_tensor_with_a_graph_and_leaves_it(ax):
    picture = torch.zeros(1, 4, 4, requires_grad=True)
    plots.image(ax, picture * 1)
    assert picture.grad is None
    assert picture.requires_grad


def test_curves_have_labels_and_styles_of_their_own(ax):
    plots.curves(ax, [0, 1], {"a": [0, 1], "b": [1, 0]}, xlabel="x")
    a, b = ax.get_lines()
    assert a.get_linestyle() != b.get_linestyle()
    assert to_hex(a.get_color()) != to_hex(b.get_color())
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b"]


def test_curves_of_another_length_are_refused(ax):
    with pytest.raises(ValueError, match=r"ys\['b'\]: expected 2 numbers, got shape \(3,\)"):
        plots.curves(ax, [0, 1], {"b": [1, 2, 3]})


def test_an_error_of_zero_is_left_out_and_counted(ax):
    plots.error_against_steps(ax, [20, 50], {"midpoint": [-0.1, 0.0]})
    (line,) = ax.get_lines()
    assert line.get_ydata()[0] == pytest.approx(0.1)
    assert np.isnan(line.get_ydata()[1])
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_steps_are_positive(ax):
    with pytest.raises(ValueError, match="steps: expected positive"):
        plots.error_against_steps(ax, [0, 50], {"left": [1, 1]})


def test_paths_must_share_their_ends(ax):
    with pytest.raises(ValueError, match="the first route does not"):
        plots.paths(ax, {"a": [[0, 0], [1, 1]], "b": [[0, 0], [2, 1]]})


def test_decision_boundary_calls_the_model_once_without_a_graph(ax):
    calls = []

    def score(x):
        calls.append(torch.is_grad_enabled())
        return x[:, 0]

    plots.decision_boundary(ax, score, [[-1, 0], [1, 0]], [0, 1])
    assert calls == [False]


def test_decision_boundary_refuses_a_third_class(ax):
    with pytest.raises(ValueError, match="labels: expected 0 or 1"):
        plots.decision_boundary(ax, lambda x: x[:, 0], [[-1, 0], [1, 0]], [0, 2])


def test_bars_show_the_sign_without_colour(ax):
    plots.feature_bars(ax, ["income", "debt"], [0.8, -0.3])
    assert [bar.get_hatch() for bar in ax.patches] == ["", "//"]
    assert [text.get_text() for text in ax.texts] == ["+0.8", "−0.3"]


def test_names_without_values_are_refused(ax):
    with pytest.raises(ValueError, match="values: expected 2 numbers"):
        plots.feature_bars(ax, ["income", "debt"], [1.0])


def test_credit_stands_under_the_figure():
    fig, _ = plots.panels()
    plots.credit(fig, SimpleNamespace(title="Coffee", author="R. Michel", licence="CC0"))
    assert fig.get_supxlabel() == "Coffee · R. Michel · CC0"


def test_credit_names_each_photograph():
    fig, _ = plots.panels()
    cup = SimpleNamespace(title="Coffee", author="R. Michel", licence="CC0")
    plots.credit(fig, cup, SimpleNamespace(title="Cat", author="S. van der Walt", licence="CC0"))
    assert fig.get_supxlabel() == "Coffee · R. Michel · CC0\nCat · S. van der Walt · CC0"
    with pytest.raises(TypeError, match="sources: expected a credit for each photograph, got none"):
        plots.credit(fig)


def test_credit_wants_a_licence(ax):
    with pytest.raises(TypeError, match="licence missing"):
        plots.credit(ax, SimpleNamespace(title="Coffee", author="R. Michel"))


def test_named_points_on_a_logarithmic_axis_are_positive(ax):
    with pytest.raises(ValueError, match="must be positive"):
        plots.named_points(ax, {"tree": (0, 1)}, log_x=True)
