"""Zip files of regions that are damaged anywhere: an error about the file, or read."""

import zipfile

import numpy as np

from optimap._regions import content_of
from optimap.trace import regions
from tests._regions.programs import box


def test_a_zip_of_regions_with_any_damaged_bytes(tmp_path):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("upper", "lower"):
            archive.writestr(f"{name}.roi", box(1, 2, 3, 4, name).tobytes())
    assert content_of(path) == "regions drawn in ImageJ"
    whole, rng, errors = path.read_bytes(), np.random.default_rng(0), 0
    for _ in range(200):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        content_of(path)
        try:
            regions(path)
        except ValueError as error:
            assert "set.zip" in str(error)  # noqa: PT017 - one of two outcomes
            errors += 1
    assert errors > 50
