"""One recording of `optimap maps`: measuring, choosing beats, drawing and writing, here or on a worker."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _tables, activation
from .._base import ArgumentError, Array, counted
from .._beats import in_words
from .._files import check_output, together
from .._regions import find_places
from .._tables import regular_rate
from .batch import Job
from .made_alike import About, beats_description, check_made_alike, picture_description
from .maps_options import MapsOptions, MapsRecipe
from .maps_picture import first_time, maps_picture
from .open import numbers_on_axis, open_recording, times_on_axis
from .pictures import check_picture, mean_image, save_picture
from .provenance import origin, provenance, region_checksum
from .steps import Span

if TYPE_CHECKING:
    from ..activation import BeatMaps
    from ..video import Recording


class _Plan(NamedTuple):
    """What is measured in a recording, and the record that goes into the outputs."""

    about: About
    fps: float | None
    span: Span  # of the frames that are used
    pixel_size: float | None  # mm


class MapsJob(Job):
    """One recording of `optimap maps`."""

    recipe: MapsRecipe

    def about(self) -> About:
        """Return the record of the outputs that would be made."""
        with open_recording(self.folder / self.path, self.reading) as recording:
            return self._plan(recording).about

    def make(self, report: Callable[[str], None]) -> None:
        """Make the maps and the picture, where they are missing."""
        with open_recording(self.folder / self.path, self.reading) as recording:
            plan = self._plan(recording)
            self.check_existing(plan.about)
            if self.is_done():  # done by a worker that was lost before it could report it
                report(f"{self.path}: {self.table} is written")
                return
            target, plot = self.missing()
            self.make_folders()
            if target is not None:
                _check_target(target, self.recipe.overwrite)
            if plot is not None:
                check_picture(plot, self.recipe.overwrite)
            maps = self._measure(recording, plan)
            image = mean_image(recording) if plot is not None else None
        with together():
            if target is not None:
                made = {**beats_description(plan.about), "beats": maps.metadata}
                replace(maps, metadata=made).save(target, overwrite=self.recipe.overwrite)
            if plot is not None and image is not None:
                title = f"{self.path.name}, {_of_beats(maps, self.recipe.beat)}"
                figure = maps_picture(maps, image, title, self.recipe.look, plan.pixel_size)
                save_picture(figure, plot, self.recipe.overwrite, picture_description(plan.about))
        if plot is not None:
            report(f"{self.path}: picture -> {self.outputs[1][1]}")
        written = "" if target is None else f" -> {self.table}"
        report(f"{self.path}: {_of_beats(maps, self.recipe.beat)}; {in_numbers(maps)}{written}")

    def check_existing(self, about: About) -> None:
        """Raise an error if an output that counts as done was not made as `about` describes."""
        for (_, output), left in zip(self.outputs, self.missing(), strict=True):
            if output is not None and left is None:
                check_made_alike(self.folder / output, about, _record)

    def _plan(self, recording: "Recording") -> _Plan:
        recipe = self.recipe
        span, fps = self._evenly_spaced(recording)
        size = recipe.pixel_size or recording.pixel_size
        places: dict[str, Any] = {"from": "all pixels" if recipe.mask is None else "--mask"}
        if recipe.mask_file is not None:
            found = find_places(recipe.mask_file, recording.shape[1:], name="mask")
            places |= {"file": recipe.mask_file.name, **region_checksum(found.regions)}
        elif recipe.mask is not None:
            places["mask"] = "auto"
        parameters = {
            **recipe.steps.described(span, len(recording), False),
            "maps": list(recipe.maps),
            "mask": "auto" if recipe.mask == "auto" else None,
            "pixel_size": size,
            "beat": recipe.beat,
            "baseline": recipe.between,
            "polarity": recipe.steps.polarity,
        }
        made = provenance(origin("maps", self.path, recording), places, parameters, recipe.reading)
        about: About = {"fps": fps, "positions": None, "names": None, "tidy": False, "metadata": made}
        return _Plan(about, fps, span, size)

    def _evenly_spaced(self, recording: "Recording") -> tuple[Span, float | None]:
        """Return the frames that are used and their rate, or raise an error if there is a gap between them."""
        fps = self.recipe.fps or recording.fps
        times, numbers = times_on_axis(recording, fps), numbers_on_axis(recording, fps)
        span = self.recipe.steps.span(len(recording), fps, times)
        if times is not None:
            fps = regular_rate(times[slice(*span)])
        has_gap = numbers is not None and len(set(np.diff(numbers[slice(*span)]).tolist())) > 1
        if has_gap or (times is not None and fps is None):
            problem = "lacks frames" if times is None else "has times of its own in place of a frame rate"
            cure = "choose frames between two gaps with --frames"
            cure += "" if times is None else " or --time, or give --fps if all are evenly spaced"
            problem += ", and beats are measured on evenly spaced frames"
            raise ArgumentError("FILE", self.path, problem, cure, subject=str(self.path))
        return span, fps

    def _measure(self, recording: "Recording", plan: _Plan) -> "BeatMaps":
        """Return the maps that were asked for, of the beats that were asked for."""
        recipe = self.recipe
        frames = replace(recipe.steps, spatial=None).frames_of(recording, plan.span)
        mask: Any = activation.mask_tissue(frames) if recipe.mask == "auto" else recipe.mask_file
        maps = activation.compute_beat_maps(
            frames,
            fps=plan.fps,
            levels=recipe.levels,
            polarity=recipe.steps.polarity,
            mask=mask,
            spatial=recipe.steps.spatial or 0,
            baseline=recipe.between,
            columns=_needed(recipe.maps),
        )
        chosen = maps if recipe.beat == "all" else maps.mean(recipe.beat if isinstance(recipe.beat, int) else None)
        columns, units = {}, {}
        for name in recipe.maps:
            full, unit, values = self._map(name, maps, chosen, frames, plan)
            columns[full], units[full] = values, unit
        return replace(chosen, columns=columns, units=units)

    def _map(self, name: str, maps: "BeatMaps", chosen: "BeatMaps", frames: Any, plan: _Plan) -> tuple[str, str, Array]:
        """Return a map with its full name and unit."""
        unit = "frame" if plan.fps is None else "ms"
        if name == "cv":
            return _velocity(chosen, plan)
        if name == "frequency":
            found = activation.compute_dominant_frequency_map(
                frames, plan.fps, mask=maps.mask, spatial=self.recipe.steps.spatial or 0
            )
            return ("frequency_hz", "Hz", found) if plan.fps else ("frequency_per_frame", "1/frame", found)
        if name.startswith("repolarization"):
            level = float(name.removeprefix("repolarization"))
            found = activation.compute_repolarization_map(chosen, level, beat="all", normalize_time=False)
            return f"{name}_{unit}{'s' if unit == 'frame' else ''}", unit, found
        if name.startswith("alternans_"):
            return name, "1", activation.compute_alternans_map(maps, name.removeprefix("alternans_")).magnitude
        full = chosen.full_name(name)
        return full, chosen.units[full], chosen[full]


def _check_target(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, if maps cannot be written to `path`."""
    if path.suffix.lower() not in MapsOptions.suffixes:
        known = ", ".join(MapsOptions.suffixes)
        problem, cure = "does not have the suffix of a file of maps", f"choose one of {known}"
        raise ArgumentError("-o", path, problem, cure, subject=f"-o {path}")
    if path.suffix.lower() != ".tif":
        _tables.find_table_kind(path).load()  # the packages that it needs are those of tables
    check_output(path, overwrite)


def _needed(names: tuple[str, ...]) -> list[str]:
    """Return the columns that maps are made from."""
    needed = {"activation", "amplitude", "baseline"}
    for name in names:
        if name.startswith("repolarization"):
            needed.add(name.replace("repolarization", "apd"))
        elif name.startswith("alternans_"):
            needed.add(name.removeprefix("alternans_"))
        elif name not in ("cv", "frequency"):
            needed.add(name)
    return sorted(needed)


def _velocity(maps: "BeatMaps", plan: _Plan) -> tuple[str, str, Array]:
    """Return the map of conduction velocity of each beat, or of the mean activation."""
    times = maps["activation"] * (1.0 if plan.fps is None else plan.fps / 1000)  # frames
    each = times[np.newaxis] if maps.is_mean else times
    found = [activation.compute_cv_map(own, fps=plan.fps, space_scale=plan.pixel_size, show=False) for own in each]
    length, time = ("pixels" if plan.pixel_size is None else "cm"), ("frame" if plan.fps is None else "s")
    return f"cv_{length}_per_{time}", f"{length}/{time}", found[0] if maps.is_mean else np.stack(found)


def _of_beats(maps: "BeatMaps", beat: int | str) -> str:
    """Return which beats maps show."""
    count = counted(len(maps.beats), "beat")
    return f"beat {beat}" if isinstance(beat, int) else f"mean of {count}" if beat == "mean" else count


def in_numbers(maps: "BeatMaps") -> str:
    """Return median and quartiles of each map; times count from the beginning of activation."""
    parts = []
    for name in maps:
        values, unit = shown_values(maps, name), maps.units[name]
        what = in_words(name)
        if len(values) == 0:
            parts.append(f"{what} nowhere")
            continue
        first, median, third = np.percentile(values, [25, 50, 75]).tolist()
        parts.append(
            f"{what} {median:.4g} ({first:.4g} to {third:.4g}){'' if unit in ('1', 'intensity') else f' {unit}'}"
        )
    pixels = counted(int(maps.mask.sum()), "pixel")
    return f"median (quartiles) of {pixels}: {', '.join(parts)}"


def shown_values(maps: "BeatMaps", name: str) -> Array:
    """Return the values of a map that are known; times count from the beginning of activation."""
    values = maps[name]
    if name.startswith(("activation", "repolarization")) and "activation" in maps:
        times = maps["activation"].reshape(-1, maps.mask.size)
        values = values.reshape(len(times), -1) - np.array([first_time(own) for own in times])[:, np.newaxis]
    return np.asarray(values[np.isfinite(values)])


def _record(path: Path) -> About:
    """Return the record in a file of maps."""
    made = activation.load_beat_maps(path).metadata
    own = made.get("traces")
    return {"metadata": made, **(own if isinstance(own, dict) else {})}
