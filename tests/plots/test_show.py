"""`show`: what reaches the screen, the file and the readers who do not see it."""

import base64
import io

import pytest
from PIL import Image

from course_utils.plots import panels, show
from course_utils.plots.screen import caption_with_alt, png


@pytest.fixture
def shown(monkeypatch):
    """Collect what `show` hands to a notebook, as if there were one."""
    from course_utils.plots import screen

    outputs = []
    monkeypatch.setattr(screen, "get_ipython", lambda: object())
    monkeypatch.setattr(screen, "display", lambda data, metadata=None, raw=False: outputs.append((data, metadata)))
    return outputs


def line_figure():
    fig, (ax,) = panels()
    ax.plot([0, 1], [0, 1])
    ax.text(0, 0, "tiny", fontsize=4)
    return fig


def test_the_words_go_where_a_viewer_looks_for_them(shown):
    show(line_figure(), alt="A line\n   rises.", caption="Figure 1")
    (picture, metadata), (caption, _) = shown
    assert picture["text/plain"] == "Figure: A line rises."
    assert metadata["image/png"]["alt"] == "A line rises."
    assert set(picture) == {"text/plain", "image/png"}, "text/html with pixels would be compared by nbval"
    assert "Figure 1" in caption["text/html"]
    assert '"A line rises."' in caption["text/html"]


def test_the_picture_is_small_sharp_and_the_same_each_time(shown):
    show(line_figure(), alt="A line rises.")
    show(line_figure(), alt="A line rises.")
    first, second = (base64.b64decode(shown[i][0]["image/png"]) for i in (0, 2))
    assert first == second
    assert Image.open(io.BytesIO(first)).width <= 1200
    assert shown[0][1]["image/png"]["width"] == 800
    assert len(first) < 100_000


def test_small_print_is_enlarged():
    fig = line_figure()
    png(fig)
    sizes = [text.get_fontsize() for text in fig.axes[0].texts]
    assert sizes == [12]


@pytest.mark.parametrize("alt", ["", "   ", None, 3])
def test_a_figure_without_words_is_refused(alt):
    with pytest.raises(ValueError, match="alt: expected a sentence"):
        show(line_figure(), alt=alt)


def test_what_is_no_figure_is_refused():
    with pytest.raises(TypeError, match="fig: expected a matplotlib Figure"):
        show("figure", alt="words")


def test_words_cannot_leave_the_script_or_the_caption():
    html = caption_with_alt('</script><b>"x"', "<i>caption</i>")
    assert html.count("<script>") == html.count("</script>") == 1
    assert "<i>" not in html


def test_pyplot_is_never_used():
    import sys

    show(line_figure(), alt="A line rises.")
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_outside_a_notebook_the_words_are_printed(capsys):
    show(line_figure(), alt="A line rises.")
    assert capsys.readouterr().out == "Figure: A line rises.\n"
