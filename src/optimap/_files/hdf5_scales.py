"""Scales of the axes of HDF5 datasets, which HDF5 keeps in attributes that anybody could have written.

The functions of HDF5 for scales do not look at how many values such an attribute has before they read it, and so write
beyond the memory that they took for it, so `scales_of` reads the attribute itself.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import h5py

LIST = "DIMENSION_LIST"


def scales_of(dataset: "h5py.Dataset") -> "list[list[h5py.Dataset]]":
    """Return the scales of each axis, or raise a ValueError if the list of them is damaged."""
    import h5py

    if LIST not in dataset.attrs:
        return [[] for _ in range(dataset.ndim)]
    _check_list(dataset)
    found: list[list[Any]] = [
        [dataset.file[reference] for reference in references if reference] for references in dataset.attrs[LIST]
    ]
    if not all(isinstance(scale, h5py.Dataset) for scales in found for scale in scales):
        raise ValueError(f"a scale of {dataset.name} is not a dataset")
    return found


def _check_list(dataset: "h5py.Dataset") -> None:
    import h5py

    listed = dataset.attrs.get_id(LIST)
    within = h5py.check_vlen_dtype(listed.dtype)
    if listed.shape != (dataset.ndim,) or within is None or h5py.check_ref_dtype(within) is not h5py.Reference:
        raise ValueError(f"the scales of {dataset.name} are not one list for each axis")
