"""Scales of the axes of HDF5 datasets, which HDF5 keeps in attributes that anybody could have written.

The functions of HDF5 for scales do not look at how many values such an attribute has before they read it, and so write
beyond the memory that they took for it. `scales_of` reads the attribute itself; `check_scales` is for whoever lets
other packages read a file.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import h5py

LIST, LABELS, OF_SCALE = "DIMENSION_LIST", "DIMENSION_LABELS", ("CLASS", "NAME")


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


def check_scales(dataset: "h5py.Dataset") -> None:
    """Raise a ValueError for attributes about scales that HDF5 does not survive."""
    import h5py

    attributes = dataset.attrs
    if LIST in attributes:
        _check_list(dataset)
    if LABELS in attributes:
        labels = attributes.get_id(LABELS)
        text = h5py.check_string_dtype(labels.dtype)
        if labels.shape != (dataset.ndim,) or text is None or text.length is not None:
            raise ValueError(f"the labels of {dataset.name} are not one text for each axis")
    for name in OF_SCALE:
        if name in attributes:
            note = attributes.get_id(name)
            if note.shape != () or note.get_type().get_class() != h5py.h5t.STRING:
                raise ValueError(f"the attribute {name} of {dataset.name} is not a text")


def _check_list(dataset: "h5py.Dataset") -> None:
    import h5py

    listed = dataset.attrs.get_id(LIST)
    within = h5py.check_vlen_dtype(listed.dtype)
    if listed.shape != (dataset.ndim,) or within is None or h5py.check_ref_dtype(within) is not h5py.Reference:
        raise ValueError(f"the scales of {dataset.name} are not one list for each axis")
