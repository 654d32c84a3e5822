"""The attribution methods of the course, written from scratch: one idea per file, in the order of the notebooks.

Read them in this order: `scores` (the door), `gradients`, `saliency`, `smoothgrad`, `rectifiers`, `quadrature_rules`,
`baselines`, `paths`, `integrated`, `completeness`; `asking`, `occluding`, `random_masks`, `input_sampling`; `layers`,
`channels`, `class_maps`, `gradcam`; `feature_masks`, `coalitions`, `kernels`, `linear_surrogates`, `lime_images`,
`lime_tables`, `shapley`, `kernelshap`, `global_surrogates`.

Every method is called as `method(model, inputs, target)` and returns attributions like the inputs: (N, …), detached,
unless its documentation says that they are coarser. It checks its arguments, asks the model, and leaves it as it was:
mode, `requires_grad`, gradients, hooks, random state.
"""

from course_utils.attribution.channels import ChannelEvidence, channel_evidence
from course_utils.attribution.class_maps import class_activation_map
from course_utils.attribution.completeness import convergence_delta
from course_utils.attribution.feature_masks import superpixels
from course_utils.attribution.global_surrogates import GlobalSurrogate, global_surrogate
from course_utils.attribution.gradcam import grad_cam, guided_grad_cam
from course_utils.attribution.gradients import input_x_gradient, vanilla_gradient
from course_utils.attribution.input_sampling import rise
from course_utils.attribution.integrated import integrated_gradients
from course_utils.attribution.kernelshap import kernel_shap
from course_utils.attribution.lime_images import lime_image, top_superpixels
from course_utils.attribution.lime_tables import lime_tabular
from course_utils.attribution.linear_surrogates import LinearSurrogate
from course_utils.attribution.occluding import occlusion
from course_utils.attribution.paths import path_integrated_gradients
from course_utils.attribution.quadrature_rules import quadrature
from course_utils.attribution.random_masks import smooth_masks
from course_utils.attribution.rectifiers import deconvnet, guided_backprop
from course_utils.attribution.saliency import saliency_map
from course_utils.attribution.shapley import shapley_values
from course_utils.attribution.smoothgrad import smooth_grad

__all__ = [
    "ChannelEvidence",
    "GlobalSurrogate",
    "LinearSurrogate",
    "channel_evidence",
    "class_activation_map",
    "convergence_delta",
    "deconvnet",
    "global_surrogate",
    "grad_cam",
    "guided_backprop",
    "guided_grad_cam",
    "input_x_gradient",
    "integrated_gradients",
    "kernel_shap",
    "lime_image",
    "lime_tabular",
    "occlusion",
    "path_integrated_gradients",
    "quadrature",
    "rise",
    "saliency_map",
    "shapley_values",
    "smooth_grad",
    "smooth_masks",
    "superpixels",
    "top_superpixels",
    "vanilla_gradient",
]
