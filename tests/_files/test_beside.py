"""Names in files: those of recordings in several files never lead out of their folder, on any system."""

import re
import shutil
import struct

import numpy as np
import pytest
import tifffile

from optimap._files import file_beside, leads_out
from optimap.video import open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((6, 5, 7))
OUT = [
    "../secret.tif",
    "a/../../secret.tif",
    "..\\secret.tif",
    "/tmp/secret.tif",
    "C:\\secret.tif",
    "C:secret.tif",
    "//host/a",
]


@pytest.mark.parametrize("name", [*OUT, "a\0b", ".."])
def test_names_that_lead_out(tmp_path, name):
    assert leads_out(name)
    match = re.escape(f"lists {name!r}, which is not a file in its own folder")
    check_error(lambda: file_beside(tmp_path / "rec.xml", name), ValueError, "path", match, tmp_path / "rec.xml")


def test_names_that_are_too_long_for_a_file(tmp_path):
    error = check_error(lambda: file_beside(tmp_path / "a", "9" * 5000), ValueError, "path", r"lists .99.*, which is")
    assert len(str(error)) < 600
    assert file_beside(tmp_path / "a", "9" * 255).name == "9" * 255


@pytest.mark.parametrize("name", ["a.tif", "sub/a.tif", "a..tif", "...", "a b:c.tif", "ä"])
def test_names_that_do_not(tmp_path, name):
    assert not leads_out(name)
    assert file_beside(tmp_path / "rec.xml", name) == tmp_path / name


def ome(path, names, elsewhere=None):
    """An OME-TIFF whose planes are in files with names, or whose description is in another file."""
    planes = "".join(
        f'<TiffData FirstT="{t}" IFD="0" PlaneCount="1"><UUID FileName="{name}">urn:uuid:{t}</UUID></TiffData>'
        for t, name in enumerate(names)
    )
    sizes = f'SizeT="{len(names)}" SizeZ="1" SizeC="1" SizeX="7" SizeY="5"'
    inner = f'<Image ID="I"><Pixels ID="P" DimensionOrder="XYZCT" Type="uint16" {sizes}>{planes}</Pixels></Image>'
    if elsewhere is not None:
        inner = f'<BinaryOnly MetadataFile="{elsewhere}" UUID="urn:uuid:9"/>'
    text = f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:0">{inner}</OME>'
    tifffile.imwrite(path, VIDEO[0], description=text, metadata=None, photometric="minisblack")
    return path


@pytest.mark.parametrize("name", OUT)
def test_ome_tiff(tmp_path, name):
    folder = tmp_path / "folder"
    folder.mkdir()
    tifffile.imwrite(tmp_path / "secret.tif", VIDEO[1], photometric="minisblack")
    path = ome(folder / "rec.ome.tif", ["rec.ome.tif", name])
    match = re.escape(f"lists {name!r}")
    check_error(lambda: open_video(path), ValueError, "path", match)
    path = ome(folder / "only.ome.tif", [], name)
    check_error(lambda: open_video(path), ValueError, "path", match)


def test_a_file_that_was_moved_still_holds_itself(tmp_path):
    path = tmp_path / "rec.ome.tif"
    ome(path, ["/data/of the microscope/former.ome.tif"])
    with tifffile.TiffFile(path) as tif:
        text = tif.pages.first.description.replace(' UUID="urn:uuid:0"', "")
    tifffile.imwrite(path, VIDEO[0], description=text, metadata=None, photometric="minisblack")
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO[:1])


@pytest.mark.parametrize("name", OUT)
def test_ndtiff(tmp_path, name):
    index = tmp_path / "NDTiff.index"
    axes = b'{"time": 0}'
    entry = struct.pack("<I", len(axes)) + axes + struct.pack("<I", len(name.encode())) + name.encode()
    index.write_bytes(entry + struct.pack("<8I", 0, 7, 5, 1, 0, 0, 0, 0))
    match = re.escape(f"lists {name!r}, which is not a file in its own folder")
    check_error(lambda: open_video(tmp_path), ValueError, "path", match)


def test_links_that_the_user_made_are_followed(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    path = makers.micam_ultima(folder, VIDEO)
    (tmp_path / "here").mkdir()
    for file in list(folder.iterdir()):
        if file.suffix != ".rsh":
            (tmp_path / "here" / file.name).symlink_to(file)
    shutil.copy(path, tmp_path / "here")
    with open_video(tmp_path / "here" / path.name) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)
