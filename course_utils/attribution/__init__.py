"""The attribution methods of the course, written from scratch: one idea per file, in the order of the notebooks.

Read them in this order: `scores` (the door), `gradients`, `saliency`, `smoothgrad`, `rectifiers`, `quadrature_rules`,
`baselines`, `paths`, `integrated`, `completeness`.

Every method is called as `method(model, inputs, target)` and returns attributions like the inputs: (N, …), detached. It
checks its arguments, asks the model, and leaves it as it was: mode, `requires_grad`, gradients, hooks, random state.
"""

from course_utils.attribution.completeness import convergence_delta
from course_utils.attribution.gradients import input_x_gradient, vanilla_gradient
from course_utils.attribution.integrated import integrated_gradients
from course_utils.attribution.paths import path_integrated_gradients
from course_utils.attribution.quadrature_rules import quadrature
from course_utils.attribution.rectifiers import deconvnet, guided_backprop
from course_utils.attribution.saliency import saliency_map
from course_utils.attribution.smoothgrad import smooth_grad

__all__ = [
    "convergence_delta",
    "deconvnet",
    "guided_backprop",
    "input_x_gradient",
    "integrated_gradients",
    "path_integrated_gradients",
    "quadrature",
    "saliency_map",
    "smooth_grad",
    "vanilla_gradient",
]
