"""A folder that holds one recording: an image for each frame, parts of a recording, or the files of a set.

What the names say about frames, channels and planes is found in ``folder/names.py``. Frames are in natural order:
frame_2 before frame_10. A gap in their numbers, and a file that does not belong to them, is an error that names it.
"""

import os
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from ..._base import RATE, Advice, ArgumentError, ArgumentTypeError
from ..axes import Layout, Wanted, find_layout
from ..checks import counted, whether
from ..folder.images import SUFFIXES, image_files, pages_of
from ..folder.names import Arrangement, arrange, natural_key, recordings_in, refuse_recordings
from ..folder.parts import VIDEOS, has_mark
from ..folder.videos import open_videos
from ..format_table import FORMATS
from ..paged import PagedFrames
from ..recording import Recording
from ..units import known_rate

__all__ = ["natural_key", "open_recording"]

BY_NAMES = "stated in the names of the files"


def open_recording(
    path: Path,
    axes: object = None,
    channel: object = None,
    z: object = None,
    ignore: object = None,
    allow_gaps: object = False,
    fps: object = None,
    parts: object = None,
) -> Recording:
    """Open a folder; `fps` is the rate of images that state none, which gives a gap its length.

    A folder is one recording whatever `parts` says, but with ``parts=True`` the user is sure of it.
    """
    rate, is_sure = _rate(fps), _is_sure(path, parts)
    gaps = whether("allow_gaps", allow_gaps)
    try:
        recording = _open(path, Wanted(axes, channel, z), ignore, gaps, rate, is_sure)
    except ArgumentError as error:
        raise _one_more(error, ignore) if error.keyword == "ignore" else error from None
    if rate is not None and not recording.format.startswith("folder of"):
        recording.close()
        problem = f"cannot be used, because {path} does not hold an image for each frame"
        raise ArgumentError("fps", fps, problem, "leave fps out")
    return recording


def _is_sure(path: Path, parts: object) -> bool:
    """Whether the files are said to be parts of one recording."""
    if parts is None:
        return False
    if not whether("parts", parts):
        problem, cure = (
            "cannot be used with a folder, which is one recording",
            f"give {path / '*.tif'} to read each alone",
        )
        raise ArgumentError("parts", parts, problem, cure)
    return True


def _one_more(error: ArgumentError, ignored: object) -> ArgumentError:
    """Return an error that advises to leave out a file, and with it those that are left out already."""
    before = [ignored] if isinstance(ignored, str) else ignored if isinstance(ignored, (list, tuple)) else []
    more = re.search(r"ignore=(\[[^\]]*\]|'[^']*'|\"[^\"]*\")", error.cure)
    if more is None or not before:
        return error
    every = ", ".join([*map(repr, before), more[1].strip("[]")])
    cure = error.cure.replace(more[0], f"ignore=[{every}]")
    return ArgumentError("path", error.value, error.problem, cure, subject=error.subject, keyword="ignore")


def _rate(fps: object) -> float | None:
    """Return the given rate, or raise an error if it is not one."""
    rate = known_rate(fps)
    if fps is not None and rate is None:
        raise ArgumentError.must_be("fps", fps, RATE)
    return rate


def _open(path: Path, wanted: Wanted, ignore: object, gaps: bool, rate: float | None, is_sure: bool) -> Recording:
    """Open a folder by what its files are."""
    stored: dict[Path, object] = {}
    files = _kept(path, ignore)
    if any((folder / "NDTiff.index").is_file() for folder in (path, path / "Full resolution")):
        return _open_index(path, wanted)
    images = [file for file in files if file.suffix.lower() in SUFFIXES]
    videos = [file for file in files if file.suffix.lower() in VIDEOS]
    kinds = {SUFFIXES[file.suffix.lower()] for file in images}
    if not kinds and videos:
        return open_videos(path, videos, files, wanted, gaps)
    _check_kinds(path, kinds, files)
    if kinds == {"TIFF"}:
        images.sort(key=natural_key)
        set_of_files = _open_set(path, images, wanted, gaps)
        if set_of_files is not None:
            return set_of_files
        pages = pages_of(images)
        counts = {file: count for file, (count, _, _) in pages.items()}
        if max(counts.values()) > 1 or (wanted.letters == "TYX" and any(stacked for _, stacked, _ in pages.values())):
            counts = {file: stacked or count for file, (count, stacked, _) in pages.items()}
        if max(counts.values()) > 1 and len(images) > 1:
            return _open_parts(path, images, counts, wanted, gaps, is_sure)
        stored = {file: tags for file, (count, _, tags) in pages.items() if count == 1}
    arranged = arrange(path, images)
    if arranged.table.shape[:2] == (1, len(arranged.planes)) and len(arranged.planes) > 1 and wanted.z is None:
        arranged = arrange(path, images, has_planes=False)  # planes alone are frames
    return _open_images(path, arranged, stored, wanted, gaps, rate)


def _kept(path: Path, ignore: object) -> list[Path]:
    """Return the files of a folder without those of the system and those that match what is to be ignored."""
    every = [file for file in path.iterdir() if not file.name.startswith(".")]
    there = {file for file in every if file.is_file()}
    files = [file for file in every if file in there or (file.is_symlink() and not file.exists())]
    patterns = [] if ignore is None else [ignore] if isinstance(ignore, str) else ignore
    if not isinstance(patterns, (list, tuple)) or not all(isinstance(pattern, str) for pattern in patterns):
        raise ArgumentTypeError(
            "ignore", ignore, "is not text", "give the name of a file, or a pattern such as 'dark*'"
        )
    for pattern in patterns:
        matching = [file for file in files if fnmatchcase(file.name, pattern)]
        if not matching:
            raise ArgumentError(
                "ignore", pattern, f"does not match any file in {path}", "give the name of a file, or leave it out"
            )
        files = [file for file in files if file not in matching]
    _check_links(path, [file for file in files if file not in there])
    return files


def _check_links(path: Path, links: Sequence[Path]) -> None:
    """Raise an error for a link to an image or a video that is not there, as it is before git-annex fetches the file.

    Without it, the recording would be shorter.
    """
    lost = [file for file in links if file.suffix.lower() in (*SUFFIXES, *VIDEOS)]
    if lost:
        first = min(lost, key=natural_key)
        problem = f"is a link to {os.readlink(first)}, which does not exist"
        cure = f"link it to the file again, or leave it out with ignore={first.name!r}"
        raise ArgumentError("path", path, problem, cure, subject=str(first), keyword="ignore")


def _check_kinds(path: Path, kinds: set[str], files: Sequence[Path]) -> None:
    """Raise an error if a folder does not hold images of one kind."""
    if any(file.name.lower().endswith("spool.dat") for file in files):
        problem = "holds files spooled by Andor Solis, which cannot be read"
        raise ArgumentError("path", path, problem, "save the recording as TIFF in Solis", subject=str(path))
    if len(kinds) > 1:
        problem, cure = "holds TIFF and PNG images", "keep one kind of image in the folder, or leave out the other with"
        raise ArgumentError("path", path, problem, f"{cure} ignore='*.png'", subject=str(path), keyword="ignore")
    if kinds:
        return
    known = [suffix for row in FORMATS for suffix in row.suffixes]
    recordings = [file for file in files if file.suffix.lower() in known]
    if recordings:
        refuse_recordings(path, "holds recordings instead of images", min(recordings, key=natural_key))
    inside = sorted((folder for folder in path.iterdir() if folder.is_dir() and _has_frames(folder)), key=natural_key)
    cure = f"give a folder inside it, such as {inside[0]}" if inside else "give a folder of images, one frame each"
    raise ArgumentError("path", path, "holds no .tif, .tiff or .png image", cure, subject=str(path))


def _has_frames(folder: Path) -> bool:
    """Whether a folder holds images or videos."""
    known = (*SUFFIXES, *VIDEOS)
    return not folder.name.startswith(".") and any(file.suffix.lower() in known for file in folder.iterdir())


def _open_index(path: Path, wanted: Wanted) -> Recording:
    """Open a recording of Micro-Manager by its index."""
    from ..tiff.ndtiff import find_index, open_ndtiff  # tifffile, which folders of PNG images do not need

    index = find_index(path)
    assert index is not None
    return open_ndtiff(path, index, wanted)


def _open_set(path: Path, files: list[Path], wanted: Wanted, gaps: bool) -> Recording | None:
    """Open the set of files that the first one says it belongs to; return None if it is not one of several."""
    from ..tiff.sets import files_of_set  # tifffile, which folders of PNG images do not need
    from .tiff import open_set

    members = files_of_set(files[0])
    if len(members) == 1:
        return None
    others = [file for file in files if file.name.lower() not in members]
    if others and len(others) + len(members) == len(files):  # else one of the members is missing
        problem = f"holds {files[0].name}, a recording in {counted(len(members), 'file')}, and {others[0].name}"
        refuse_recordings(path, problem, files[0])
    recording = open_set(files[0], wanted, gaps)
    recording.path = path
    return recording


def _open_file(file: Path, wanted: Wanted) -> Recording:
    from .tiff import open_alone  # tifffile, again

    return open_alone(file, wanted)


def _chosen(path: Path, found: Arrangement, wanted: Wanted) -> tuple[int, int]:
    """Return the wanted plane and channel of those that the names carry."""
    names = [letter for letter, n in zip("TZC", found.table.shape, strict=True) if n > 1 or letter == "T"]
    shape = [n for letter, n in zip("TZC", found.table.shape, strict=True) if letter in names]
    default = ("".join(names) + "YX", BY_NAMES)
    asked = Wanted(None, wanted.channel, wanted.z)
    dtype = np.dtype(np.uint8)  # pixels are not looked at
    layout = find_layout(path, (*shape, 1, 1), dtype, asked, default=default, labels=found.channels)
    at = {names[axis]: index for axis, index in layout.fixed.items()}
    return at.get("Z", 0), at.get("C", 0)


def _open_images(
    path: Path, found: Arrangement, stored: dict[Path, object], wanted: Wanted, gaps: bool, rate: float | None
) -> Recording:
    """Open a folder of images, one frame each."""
    if wanted.axes is not None:
        problem = f"cannot be used, because {path} holds an image for each frame"
        raise ArgumentError("axes", wanted.axes, problem, "leave axes out")
    plane, channel = _chosen(path, found, wanted)
    files, numbers = found.chosen(path, plane, channel, gaps)
    images, kind = image_files(path, files, stored), SUFFIXES[files[0].suffix.lower()]
    layout = Layout("TYX", BY_NAMES)
    frames = PagedFrames(images, np.arange(len(files)), layout)
    fps, pixel_size = _stated(files[0]) if kind == "TIFF" else (None, None)
    fps = rate or fps
    metadata: dict[str, object] = {"first": files[0].name, "last": files[-1].name}
    times = None
    if len(numbers) > 1 and numbers[-1] - numbers[0] != found.step * (len(numbers) - 1):
        metadata["frame_numbers"] = numbers
        times = None if fps is None else (np.array(numbers) - numbers[0]) / (found.step * fps)
    return Recording(
        frames,
        path=path,
        format=f"folder of {kind} images",
        fps=fps,
        times=times,
        pixel_size=pixel_size,
        metadata=metadata,
        axes=(layout.letters, layout.source),
    )


def _stated(file: Path) -> tuple[float | None, float | None]:
    """Return the rate and the pixel size that an image states."""
    with _open_file(file, Wanted()) as recording:
        return recording.fps, recording.pixel_size


def _open_parts(
    path: Path, files: list[Path], pages: dict[Path, int], wanted: Wanted, gaps: bool, is_sure: bool
) -> Recording:
    """Open a recording that was cut into files with several pages each."""
    found = arrange(path, files, "parts")
    last = {found.files[int(i)] for i in found.table[-1].ravel() if i >= 0}
    single = [file for file in files if pages[file] <= 1 and file not in last]  # the last part may hold one frame
    if single:
        several = [file for file in files if pages[file] > 1]
        stray = min(single, several, key=len)[0]
        problem = f"holds {single[0].name} with one image, and {several[0].name} with {pages[several[0]]}"
        cure = f"keep frames, or parts of one recording, in a folder, or leave a file out with ignore={stray.name!r}"
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="ignore")
    several_channels = len(found.channels) > 1
    plane, channel = _chosen(path, found, wanted if several_channels else Wanted())
    parts, places = found.chosen(path, plane, channel, gaps)
    is_sure = is_sure or gaps or _is_acquisition(path, parts) or has_mark(parts[-1])
    advice = None if is_sure else _maybe_recordings(path, parts, [pages[part] for part in parts])
    inside = Wanted(wanted.axes, None if several_channels else wanted.channel, wanted.z)
    from .tiff import open_parts  # tifffile, again

    return open_parts(path, parts, inside, advice, places)


def _maybe_recordings(path: Path, parts: Sequence[Path], lengths: Sequence[int]) -> Advice | None:
    """Return the warning about files that may be recordings: parts are full but the last, which is shorter."""
    if len(set(lengths[:-1])) < 2 and lengths[-1] < lengths[0]:
        return None
    problem = f"is read as one recording in {counted(len(parts), 'part')}, {parts[0].name} to {parts[-1].name}, like "
    problem += "any folder, although its last part is not shorter than the others, or they are not of one length"
    cure = f"give {recordings_in(path, parts[0])} if each of them is a recording of its own, and parts=True if not"
    return Advice("path", path, problem, cure, subject=str(path), keyword="parts")


def _is_acquisition(path: Path, parts: Sequence[Path]) -> bool:
    """Whether files are those of ScanImage; raise an error if they are not one acquisition by their counters."""
    from ..tiff.scanimage import acquisition_files  # tifffile, which folders of PNG images do not need

    members = acquisition_files(parts[0])
    other = next((part for part in parts if members and part not in members), None)
    if other is not None:
        problem = f"holds {parts[0].name}, an acquisition in {counted(len(members), 'file')}, and {other.name}"
        refuse_recordings(path, problem, parts[0])
    return bool(members)
