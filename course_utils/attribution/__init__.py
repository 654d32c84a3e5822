"""The attribution methods of the course, written from scratch: one idea per file, in the order of the notebooks.

Read them in this order: `scores` (the door), `gradients`, `saliency`, `smoothgrad`, `rectifiers`, `quadrature_rules`,
`baselines`, `paths`, `integrated`, `completeness`; `asking`, `occluding`; `layers`, `channels`, `class_maps`,
`gradcam`.

Every method is called as `method(model, inputs, target)` and returns attributions like the inputs: (N, …), detached,
unless its documentation says that they are coarser. It checks its arguments, asks the model, and leaves it as it was:
mode, `requires_grad`, gradients, hooks, random state.
"""

from course_utils.attribution.channels import ChannelEvidence, channel_evidence
from course_utils.attribution.class_maps import class_activation_map
from course_utils.attribution.completeness import convergence_delta
from course_utils.attribution.gradcam import grad_cam, guided_grad_cam
from course_utils.attribution.gradients import input_x_gradient, vanilla_gradient
from course_utils.attribution.integrated import integrated_gradients
from course_utils.attribution.occluding import occlusion
from course_utils.attribution.paths import path_integrated_gradients
from course_utils.attribution.quadrature_rules import quadrature
from course_utils.attribution.rectifiers import deconvnet, guided_backprop
from course_utils.attribution.saliency import saliency_map
from course_utils.attribution.smoothgrad import smooth_grad

__all__ = [
    "ChannelEvidence",
    "channel_evidence",
    "class_activation_map",
    "convergence_delta",
    "deconvnet",
    "grad_cam",
    "guided_backprop",
    "guided_grad_cam",
    "input_x_gradient",
    "integrated_gradients",
    "occlusion",
    "path_integrated_gradients",
    "quadrature",
    "saliency_map",
    "smooth_grad",
    "vanilla_gradient",
]
