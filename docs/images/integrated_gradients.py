"""Draws the picture of the README: a photograph, and the pixels that speak for the network's answer.

python docs/images/integrated_gradients.py    (from the root of the repository)
"""

from __future__ import annotations

from pathlib import Path

from course_utils.assets import class_names, load_imagenet_network, load_photo, photo_credit
from course_utils.attribution import convergence_delta, integrated_gradients
from course_utils.plots import credit, image, panels, signed_map
from course_utils.plots.screen import png

HERE = Path(__file__).parent


def main() -> None:
    """Attribute the score of the predicted class, draw it, and print what the README says of it."""
    network, photo = load_imagenet_network(), load_photo("coffee")
    target = int(network(photo).argmax())
    attributions = integrated_gradients(network, photo, target, baselines="blur", n_steps=100)
    gap = float(convergence_delta(network, photo, attributions, target, baselines="blur"))
    summed = attributions[0].sum(dim=0)
    name = class_names("imagenet")[target]
    print(f"{name}: the attributions sum to {float(summed.sum()):.2f}, {gap:+.2f} from complete")
    fig, (left, right) = panels(2)
    image(left, photo[0], title="the photograph")
    signed_map(right, summed, title=f"for “{name}” (red), against (blue)", bound=float(summed.abs().quantile(0.995)))
    credit(fig, photo_credit("coffee"))
    (HERE / "integrated_gradients.png").write_bytes(png(fig, dpi=110))


if __name__ == "__main__":
    main()
