"""What an error about a recording says to do, done on the command line: the command again, with the option in it."""

import re

import pytest
import tifffile
from PIL import Image

from optimap._cli import main
from tests import makers
from tests.video.tiff import writers

VIDEO = makers.random_video((12, 15, 12))


def gap(folder):
    (makers.images(folder / "rec", VIDEO) / "frame_3.png").unlink()


def stray(folder):
    Image.fromarray(VIDEO[0]).save(makers.images(folder / "rec", VIDEO, ".tif") / "dark field.tif")


def another_size(folder):
    Image.fromarray(VIDEO[0, :4]).save(makers.images(folder / "rec", VIDEO) / "frame_12.png")


def two_kinds(folder):
    Image.fromarray(VIDEO[0]).save(makers.images(folder / "rec", VIDEO, ".tif") / "preview.png")


def channels_in_names(folder):
    (folder / "rec").mkdir()
    for i, frame in enumerate(VIDEO):
        Image.fromarray(frame).save(folder / "rec" / f"img_{i // 2:09d}_{('Cy3', 'GFP')[i % 2]}_000.tif")


def planes_in_names(folder):
    (folder / "rec").mkdir()
    for i, frame in enumerate(VIDEO):
        Image.fromarray(frame).save(folder / "rec" / f"t{i // 3}_z{i % 3}.tif")


def hyperstack(folder):
    stack = VIDEO.reshape(6, 2, 15, 12)
    tifffile.imwrite(folder / "rec", stack, imagej=True, metadata={"axes": "TCYX"})
    (folder / "rec").rename(folder / "rec.tif")


def colours(folder):
    tifffile.imwrite(folder / "rec.tif", makers.random_video((4, 15, 12, 3), "u1"), photometric="rgb")


def unnamed_axes(folder):
    tifffile.imwrite(folder / "rec.tif", VIDEO.reshape(6, 2, 15, 12), photometric="minisblack")


def half_a_frame(folder):
    writers.scanimage(folder / "rec.tif", VIDEO[:11], {"hChannels.channelSave": "[1;2]"})


def a_set(folder):
    writers.bruker(folder / "rec", VIDEO.reshape(6, 1, 2, 15, 12), ("voltage", "calcium"))


@pytest.mark.parametrize(
    "make",
    [gap, stray, another_size, two_kinds, channels_in_names, planes_in_names, hyperstack, colours, half_a_frame, a_set],
)
def test_the_option_in_an_error_works(tmp_path, capsys, make):
    make(tmp_path)
    path = str(next(tmp_path.iterdir()))
    assert main(["info", path]) == 2
    error = capsys.readouterr().err
    (option,) = re.findall(r"--option (\w+=(?:'[^']*'|\w*))", error)
    name, _, value = option.partition("=")
    given = value.strip("'") or re.search(r"from (\d+) to", error)[1]
    assert main(["info", path, "--option", f"{name}={given}"]) == 0, error
    assert "frames      " in capsys.readouterr().out


def test_the_axes_in_an_error_work_with_a_channel(tmp_path, capsys):
    unnamed_axes(tmp_path)
    path = str(tmp_path / "rec.tif")
    assert main(["info", path]) == 2
    assert "--option axes=, for example 'TCYX'" in capsys.readouterr().err
    assert main(["info", path, "--option", "axes=TCYX", "--option", "channel=1"]) == 0
    assert "frames      6\n" in capsys.readouterr().out


def test_the_files_that_a_folder_of_recordings_suggests(tmp_path, capsys):
    for name in ("sinus", "pacing"):
        makers.tiff(tmp_path / f"{name}.tif", VIDEO)
    assert main(["info", str(tmp_path)]) == 2
    assert str(tmp_path / "*.tif") in capsys.readouterr().err
    assert main(["info", *map(str, sorted(tmp_path.glob("*.tif")))]) == 0
    assert capsys.readouterr().out.count("frames      12") == 2


def test_a_name_of_a_channel_is_given_as_it_is_listed(tmp_path, capsys):
    a_set(tmp_path)
    assert main(["info", str(tmp_path / "rec"), "--option", "channel=calcium"]) == 0
    assert "frames      6\n" in capsys.readouterr().out
    assert main(["info", str(tmp_path / "rec"), "--option", "channel=dye"]) == 2
    assert "voltage, calcium" in capsys.readouterr().err
