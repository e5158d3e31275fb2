"""What the fuzzer changes is read as long as it is unchanged: else only errors of one kind would be tried."""

import pytest

from tests.fuzz.kinds import KINDS, Seed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore")  # what is said about a file is another matter
def test_unchanged_files_are_read(tmp_path, kind):
    (tmp_path / "made").mkdir()
    seed = Seed(kind, *KINDS[kind], tmp_path / "made")
    for name, data in seed.files.items():
        path = tmp_path / "seed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    seed.read(tmp_path / "seed" / seed.opened)
