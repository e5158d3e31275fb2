"""Names of the published package `optimap`, which has the same import name, that this package does not have.

Whoever asks for one reads which package is here, what to use instead, and how to have both. Names that exist here are
not listed; a test holds the list against the rooms, and ``docs/migration.md`` against the list.
"""

import os
import sys
import warnings
from collections.abc import Callable

import lazy_loader

# By room: what to use here instead, or None where only the published package has it. Those of the top level are also in
# one of its rooms.
ELSEWHERE: dict[str, dict[str, str | None]] = {
    "optimap.motion": dict.fromkeys(
        (
            "FlowEstimator",
            "contrast_enhancement",
            "estimate_displacements",
            "estimate_reverse_displacements",
            "motion_compensate",
            "play_displacements",
            "play_displacements_points",
            "reverse_motion_compensate",
            "smooth_displacements",
            "warp_image",
            "warp_video",
        )
    ),
    "optimap.utils": {
        "disable_interactive_backend_switching": "nothing: the backend that is in use is never changed",
        "download_example_data": "optimap.datasets.simulated_tissue()",
        "enable_interactive_backend_switching": "nothing: the backend that is in use is never changed",
        "is_verbose": "nothing: progress is shown on terminals only",
        "print_bar": "nothing: progress is shown on terminals only",
        "set_verbose": "nothing: progress is shown on terminals only",
    },
    "optimap.video": {
        "InteractivePlayer": "optimap.video.show_video(video), which returns one",
        "MiCAM05_Importer": "optimap.open_video(FILE)",
        "MiCAM_ULTIMA_Importer": "optimap.open_video(FILE)",
        "MultiRecorderImporter": "optimap.open_video(FILE)",
        "alpha_blend_videos": None,
        "collage": None,
        "crop": "video[:, top:bottom, left:right]",
        "evolve_jitter_filter": None,
        "export_video_collage": None,
        "export_video_with_overlay": "optimap.video.show_video_overlay(base, overlay).save('NAME.gif', fps=20)",
        "export_videos": "optimap.video.show_videos(videos).save('NAME.gif', fps=20)",
        "flip_left_right": "video[:, :, ::-1]",
        "flip_up_down": "video[:, ::-1]",
        "get_default_ffmpeg_encoder": None,
        "iter_alpha_blend_videos": None,
        "load_image_folder": "optimap.load_video(FOLDER)",
        "pad": "numpy.pad(video, ((0, 0), (1, 1), (1, 1)))",
        "play": "optimap.video.show_video(video)",
        "play2": "optimap.video.show_video_pair(video1, video2)",
        "play_with_overlay": "optimap.video.show_video_overlay(base, overlay)",
        "playn": "optimap.video.show_videos(videos)",
        "resize": "scipy.ndimage.zoom(video, (1, 0.5, 0.5))",
        "rotate_left": "numpy.rot90(video, 1, axes=(1, 2))",
        "rotate_right": "numpy.rot90(video, -1, axes=(1, 2))",
        "save_image_sequence": None,
        "save_matlab": "optimap.video.save_video('NAME.mat', video)",
        "save_tiff": "optimap.video.save_video('NAME.tif', video)",
        "save_tiff_folder": None,
        "set_default_ffmpeg_encoder": None,
        "set_ffmpeg_defaults": None,
        "smoothstep": None,
    },
    "optimap.image": {
        "crop": "image[top:bottom, left:right]",
        "disc_mask": None,
        "export_image": "matplotlib.pyplot.imsave('NAME.png', image)",
        "flip_left_right": "image[:, ::-1]",
        "flip_up_down": "image[::-1]",
        "interactive_mask": "optimap.select_regions(image): functions take regions in place of masks",
        "load_image": "tifffile.imread or matplotlib.pyplot.imread",
        "normalize": "optimap.video.normalize(image)",
        "pad": "numpy.pad(image, 1)",
        "resize": "scipy.ndimage.zoom(image, 0.5)",
        "rotate_left": "numpy.rot90(image, 1)",
        "rotate_right": "numpy.rot90(image, -1)",
        "save_image": "matplotlib.pyplot.imsave('NAME.png', image)",
    },
    "optimap.phase": dict.fromkeys(("phasefilter_angle_threshold", "phasefilter_disc", "phasefilter_fillsmooth")),
}
MIXED = (
    "the published package 'optimap' is installed in the same environment as 'optimap-trace', and both have the import "
    "name 'optimap', so that each has replaced files of the other: install each into an environment of its own "
    "(python -m venv NAME), or run 'pip uninstall optimap optimap-trace' and install one of them again"
)
ALSO_AT_THE_TOP = {"motion": None, "play_video": "optimap.show_video(video)", "utils": None}


def attach_stub(package: str, file: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return what ``lazy_loader.attach_stub`` returns, with a ``__getattr__`` that knows the published package."""
    found, names, listed = lazy_loader.attach_stub(package, file)

    def load(name: str) -> object:
        try:
            return found(name)
        except AttributeError:
            explained = explanation(package, name)
            if explained is None:
                raise
            # An import statement asks first with `hasattr`, and would drop the text of an AttributeError.
            is_import = sys._getframe(1).f_code.co_name == "_handle_fromlist"
            raise (ImportError if is_import else AttributeError)(explained) from None

    return load, names, listed


def explanation(package: str, name: str) -> str | None:
    """Return the sentences for a name that only the published package has, or None for other names."""
    known = elsewhere(package)
    if name not in known:
        return None
    instead = f"Use {known[name]}." if known[name] else "There is nothing like it here."
    return (
        f"{package}.{name} belongs to the published package 'optimap', which is not this one: this is 'optimap-trace', "
        f"with the same import name. {instead} To use both, install each into an environment of its own "
        "(python -m venv NAME)."
    )


def elsewhere(package: str) -> dict[str, str | None]:
    """Return the names that a module of the published package has and ours does not, with what to use instead."""
    if package != "optimap":
        return ELSEWHERE.get(package, {})
    every = {name: instead for names in ELSEWHERE.values() for name, instead in names.items()}
    return every | ALSO_AT_THE_TOP


def warn_if_mixed(file: str) -> None:
    """Warn if the published package is installed in the folder of a file: it has a room that this one has not."""
    if os.path.isdir(os.path.join(os.path.dirname(file), "motion")):
        warnings.warn(MIXED, stacklevel=3)
