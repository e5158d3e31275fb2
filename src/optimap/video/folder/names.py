"""The names of the files in a folder: which number orders them, and which channel and plane each of them shows.

Only names are looked at. All but their numbers must be alike; what differs otherwise is a channel (``_Ch1_``,
``_Cy3_``), a plane (``_z001``), or does not belong to the recording, which is an error that names the file. Nothing is
ordered by a guess: names in which no number, or more than one, could be that of the frame are an error, too.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError

# A word that stands alone between separators: ch1, channel 2, c03, w1 or w1Cy3 (a wavelength), 488nm; z001, slice_7.
ALONE = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
CHANNEL = re.compile(
    ALONE.format(r"(ch(?:annel)?[ _-]?\d+|c\d+|w\d+(?:[A-Za-z][A-Za-z0-9-]*)?|\d{3,4}nm)"), re.IGNORECASE
)
PLANE = re.compile(ALONE.format(r"(?:z|slice|plane)[ _-]?(\d+)"), re.IGNORECASE)
# Of NIS-Elements, without separators: time, position, plane and channel, as in rec_t001xy1z2c1.
NIS = re.compile(r"(?<![A-Za-z])t\d+(?:xy\d+)?(?P<plane>z\d+)?(?P<channel>c\d+)?", re.IGNORECASE)
WORD = re.compile(r"[^ _.-]+")
MICROMANAGER = re.compile(r"img_(\d+)_(.*)_(\d+)", re.IGNORECASE)  # time, channel and plane
MOST_NAMED = 3  # missing files in a message
LARGEST = 2**63 - 1  # number of a frame: times since a date, in parts of a second, have up to 18 digits
MOST_CHANNELS = 7  # more words such as c001 are numbers of frames
# A number after one of these words counts recordings, not their parts.
RECORDINGS = re.compile(
    r"(?<![A-Za-z])(pos|position|xy|fov|roi|site|well|cam|camera|trial|sweep|run|scan|shot|rep|repeat|repetition|session"
    r"|exp|experiment|protocol|stim|mouse|rat|rabbit|pig|fish|animal|subject|heart|slice|tissue|sample|cell|day)"
    r"[ _-]?$",
    re.IGNORECASE,
)
# Between the name of a first part and a number.
FIRST_PART = re.compile(r"[ _.@-]?(?:(?:x|file|part|pt|chunk|split)[ _.-]?)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """A file name in parts: the text around its numbers, where these are, channel and plane."""

    file: Path
    texts: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    channel: str | None = None
    plane: int | None = None
    before: int | None = None  # the number of a first part, whose name has none

    @property
    def digits(self) -> tuple[str, ...]:
        """The numbers that are neither channel nor plane, as they are written."""
        found = tuple(self.file.name[start:end] for start, end in self.spans)
        return found if self.before is None else (*found, str(self.before))


@dataclass
class Arrangement:
    """Files in a table (frame, plane, channel): their numbers in `files`, -1 where there is none."""

    files: list[Path]
    table: NDArray[np.int64]
    numbers: list[int]  # of the frames, as they are in the names
    planes: list[int] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    place: int = -1  # of the number of the frame among the numbers of a name
    step: int = 1  # from one number to the next

    def missing(self, plane: int, channel: int) -> tuple[list[str], int]:
        """Return the names of the first files that would fill the gaps of one plane and channel, and how many would."""
        there = {self.numbers[i] for i in np.flatnonzero(self.table[:, plane, channel] >= 0)}
        if not there:
            return [], 0
        like = self.names[int(self.table[:, plane, channel].max())]
        # Counted, not listed: a single name with a number of many digits leaves more gaps than there is memory for.
        first, last = min(self.numbers), max(self.numbers)
        absent = (last - first) // self.step + 1 - sum((number - first) % self.step == 0 for number in there)
        gaps = (number for number in count(first, self.step) if number not in there)
        return [self._named(like, number) for number in islice(gaps, min(absent, MOST_NAMED))], absent

    def chosen(self, folder: Path, plane: int, channel: int, gaps: bool) -> tuple[list[Path], list[int]]:
        """Return the files of one plane and channel and their numbers, or raise an error that names missing ones."""
        missing, absent = self.missing(plane, channel)
        if missing and not gaps:
            more = f" and {absent - MOST_NAMED} more" if absent > MOST_NAMED else ""
            problem = f"lacks {', '.join(missing)}{more}"
            cure = "copy what is missing into it, or read the others with allow_gaps=True"
            raise ArgumentError("path", folder, problem, cure, subject=str(folder), keyword="allow_gaps")
        column = self.table[:, plane, channel]
        there = np.flatnonzero(column >= 0)
        return [self.files[int(column[i])] for i in there], [self.numbers[int(i)] for i in there]

    def _named(self, like: Name, number: int) -> str:
        """Return the name of the file with another number of the frame."""
        (start, end), name = like.spans[self.place], like.file.name
        width = min(len(each.digits[self.place]) for each in self.names)  # of padded numbers; some may have outgrown it
        return f"{name[:start]}{number:0{width}d}{name[end:]}"


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Return a key that sorts numbers in names by their value."""
    parts = re.split(r"(\d+)", path.name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def arrange(folder: Path, files: Sequence[Path], what: str = "frames", has_planes: bool = True) -> Arrangement:
    """Return the files of a recording in order, or raise an error that names the file that does not belong to it.

    Where planes are frames, `has_planes` is False.
    """
    names = [_parse(file, None, has_planes) for file in sorted(files, key=natural_key)]
    channels = {name.channel for name in names}
    if len(channels) > MOST_CHANNELS:  # numbers of frames
        names = [_parse(name.file, (0, 0), has_planes) for name in names]
    groups: dict[tuple[str, ...], list[Name]] = defaultdict(list)
    for name in names:
        groups[name.texts].append(name)
    if len(groups) > 1:
        names = _first_part(groups) or _as_channels(names) or _refuse_strays(folder, groups, what)
    return _table(folder, names, what)


def _stem(file: Path) -> str:
    return file.name.removesuffix(file.suffix).removesuffix(".ome").removesuffix(".OME")


def _parse(file: Path, channel: tuple[int, int] | None = None, has_planes: bool = True) -> Name:
    """Return the parts of a name; `channel` is the place of its channel if that is known, (0, 0) if it has none."""
    stem = _stem(file)
    found = MICROMANAGER.fullmatch(stem) if channel is None and has_planes else None
    if channel is None and not found:
        channel = _span(stem, (CHANNEL, 1), (NIS, "channel"))
    plane = _span(stem, (PLANE, 0), (NIS, "plane")) if has_planes and not found else None
    marked = [(*channel, "<C>")] if channel and channel != (0, 0) else []
    marked += [(*plane, "<Z>")] if plane else []
    if found:
        marked = [(*found.span(2), "<C>"), (*found.span(3), "<Z>")]
    runs = [match.span() for match in re.finditer(r"\d+", stem)]
    free = [(*run, "") for run in runs if not any(start < run[1] and run[0] < end for start, end, _ in marked)]
    texts, spans, text, done = [], [], "", 0
    for start, end, mark in sorted([*marked, *free]):
        text += stem[done:start] + mark
        done = end
        if not mark:
            texts.append(text)
            spans.append((start, end))
            text = ""
    if found:
        return Name(file, (*texts, text), tuple(spans), found[2], int(found[3]))
    label = stem[slice(*channel)] if channel and channel != (0, 0) else None
    number = int(re.sub(r"\D", "", stem[slice(*plane)])) if plane else None
    return Name(file, (*texts, text + stem[done:]), tuple(spans), label, number)


def _span(stem: str, *kinds: tuple[re.Pattern[str], int | str]) -> tuple[int, int] | None:
    """Return where a part of a name is, by the first pattern that finds it."""
    found = ((match, group) for pattern, group in kinds if (match := pattern.search(stem)) and match[group])
    return next((match.span(group) for match, group in found), None)


def _first_part(groups: dict[tuple[str, ...], list[Name]]) -> list[Name] | None:
    """Return all names if one is that of a first part without a number: rec.tif, rec_X2.tif, rec_X3.tif; else None."""
    if len(groups) != 2:
        return None
    (bare, first), (numbered, others) = sorted(groups.items(), key=lambda item: len(item[0]))
    lead = numbered[-2] if len(numbered) == len(bare) + 1 else ""
    if len(first) != 1 or numbered[-1:] != ("",) or numbered[:-2] != bare[:-1] or not lead.startswith(bare[-1]):
        return None
    if any(other.digits[:-1] != first[0].digits for other in others) or not FIRST_PART.fullmatch(lead[len(bare[-1]) :]):
        return None
    before = min(int(other.digits[-1]) for other in others) - 1
    return [Name(first[0].file, numbered, first[0].spans, before=before), *others]


def _as_channels(names: Sequence[Name]) -> list[Name] | None:
    """Return the names with channels, if they are alike but for one word, which stands for a channel; else None."""
    words = [list(WORD.finditer(_stem(name.file))) for name in names]
    if len({len(found) for found in words}) != 1 or any(name.channel for name in names):
        return None
    columns = [list(column) for column in zip(*words, strict=True)]
    kinds = [{re.sub(r"\d+", "#", word[0]) for word in column} for column in columns]
    differing = [column for column, kind in zip(columns, kinds, strict=True) if len(kind) > 1]
    spans = _label_spans(differing[0]) if len(differing) == 1 else []
    labels = [_stem(name.file)[start:stop] for name, (start, stop) in zip(names, spans, strict=False)]
    counts = Counter(labels).values()
    if not 2 <= len(counts) <= MOST_CHANNELS or max(counts) > 2 * min(counts) or max(counts) == 1:
        return None
    found = [_parse(name.file, span) for name, span in zip(names, spans, strict=True)]
    return found if len({name.texts for name in found}) == 1 else None


def _label_spans(words: Sequence[re.Match[str]]) -> list[tuple[int, int]]:
    """Return where the label is: the whole word, or what comes before its number if that differs, as in msCam1."""
    whole = {re.sub(r"\d+", "#", word[0]) for word in words}
    if len({word[0] for word in words}) == len(whole):
        return [word.span() for word in words]
    letters = [re.match(r"\D*", word[0]) for word in words]
    return [
        (word.start(), word.start() + (lead.end() if lead else 0)) for word, lead in zip(words, letters, strict=True)
    ]


def _refuse_strays(folder: Path, groups: dict[tuple[str, ...], list[Name]], what: str) -> NoReturn:
    """Raise the error for names that differ in more than numbers, channel and plane."""
    sizes = sorted((len(group) for group in groups.values()), reverse=True)
    ordered = sorted(groups.values(), key=len, reverse=True)
    if sizes[0] > sum(sizes[1:]) or sizes[0] > 2 * sizes[1]:
        stray = ordered[1][0].file
        problem = f"has another kind of name than the other {what}, such as {ordered[0][0].file.name}"
        cure = f"move it out of the folder, or leave it out with ignore={stray.name!r}"
        raise ArgumentError("path", folder, problem, cure, subject=str(stray), keyword="ignore")
    examples = ", ".join(group[0].file.name for group in ordered[:4]) + (", ..." if len(ordered) > 4 else "")
    refuse_recordings(folder, f"holds files whose names differ in more than a number ({examples})", ordered[0][0].file)


def refuse_recordings(folder: Path, problem: str, example: Path) -> NoReturn:
    """Raise the error for a folder that holds recordings instead of one."""
    cure = f"give one of its files, such as {example}, or if each of them is a recording, "
    raise ArgumentError("path", folder, problem, cure + recordings_in(folder, example), subject=str(folder))


def recordings_in(folder: Path, example: Path) -> str:
    """Return the pattern of the recordings in a folder, for the command line."""
    return os.path.join(folder, f"*{example.suffix}")


def _table(folder: Path, names: list[Name], what: str) -> Arrangement:
    """Return the table of files whose names have the same parts."""
    channels = sorted({name.channel or "" for name in names}, key=lambda text: natural_key(Path(text)))
    planes = sorted({name.plane or 0 for name in names})
    place = _place_of_frames(folder, names, what, len(channels) * len(planes))
    if place >= 0 and what != "frames":
        _check_parts(folder, names[0], place)
    keys = []
    for name in names:
        number = int(name.digits[place]) if place >= 0 else 0
        if number > LARGEST:
            problem = f"has a number of {len(name.digits[place])} digits, which cannot be that of a frame"
            cure = f"rename it, or leave it out with ignore={name.file.name!r}"
            raise ArgumentError("path", folder, problem, cure, subject=str(name.file), keyword="ignore")
        keys.append((number, planes.index(name.plane or 0), channels.index(name.channel or "")))
    numbers = sorted({key[0] for key in keys})
    at = {number: i for i, number in enumerate(numbers)}
    table = np.full((len(numbers), len(planes), len(channels)), -1, np.int64)
    for i, (number, plane, channel) in enumerate(keys):
        if table[at[number], plane, channel] >= 0:
            first, second = names[int(table[at[number], plane, channel])].file, names[i].file
            problem = f"has the same number as {first.name}"
            cure = f"rename one of them, or leave it out with ignore={second.name!r}"
            raise ArgumentError("path", folder, problem, cure, subject=str(second), keyword="ignore")
        table[at[number], plane, channel] = i
    files = [name.file for name in names]
    # Frames may be every tenth of a recording; parts are not.
    step = int(np.diff(numbers).min()) if what == "frames" and len(numbers) > 2 else 1
    return Arrangement(files, table, numbers, planes, channels, names, place, step)


def _check_parts(folder: Path, name: Name, place: int) -> None:
    """Raise an error if the number that differs is not that of a part: it ends the name, and counts no recordings."""
    word, after = RECORDINGS.search(name.texts[place]), "".join(name.texts[place + 1 :])
    if word:
        problem = f"holds files that differ in the number after {word[1]!r}, which are recordings of their own"
        refuse_recordings(folder, problem, name.file)
    if name.before is None and (place < len(name.spans) - 1 or re.search("[A-Za-z]", re.sub("<[CZ]>", "", after))):
        refuse_recordings(folder, "holds files that differ in a number that does not end their names", name.file)


def _place_of_frames(folder: Path, names: list[Name], what: str, per_frame: int) -> int:
    """Return which number of the names counts the frames; -1 if none differs between them."""
    columns = list(zip(*(name.digits for name in names), strict=True))
    differing = [i for i, column in enumerate(columns) if len(set(map(int, column))) > 1]
    if len(differing) <= 1:
        return differing[0] if differing else -1
    rows = [tuple(int(name.digits[i]) for i in differing) for name in names]
    for i in reversed(range(len(differing))):  # a counter next to a date, for example: both grow together
        column = [row[i] for row in rows]
        grows = [row[i] for row in sorted(rows)] == sorted(column)
        if grows and len(set(column)) * per_frame >= len(rows):
            return differing[i]
    first, last = names[0].file.name, names[-1].file.name
    problem = f"holds {what} with several numbers that differ ({first} ... {last}), which may be several recordings"
    others = _others(names, differing)
    cure = "keep one recording in a folder"
    if others:
        cure += f", or leave the others out with ignore={others if len(others) > 1 else others[0]!r}"
    raise ArgumentError("path", folder, problem, cure, subject=str(folder), keyword="ignore" if others else None)


def _others(names: list[Name], differing: list[int]) -> list[str]:
    """Return patterns of the names of all recordings but the first; none if there are many recordings.

    The number with most values is that of the frame.
    """
    frame = max(differing, key=lambda i: (len({name.digits[i] for name in names}), i))
    like, patterns = names[-1], []
    for i in (i for i in differing if i != frame):
        for written in dict.fromkeys(name.digits[i] for name in names if name.digits[i] != names[0].digits[i]):
            text = like.file.name
            for other in reversed(differing):
                start, end = like.spans[other]
                text = f"{text[:start]}{written if other == i else '*'}{text[end:]}"
            for mark in (CHANNEL, PLANE):
                text = mark.sub("*", text, count=1)
            patterns.append(text)
    return patterns if len(patterns) <= MOST_NAMED else []
