"""Arrays of other libraries (PyTorch, CuPy, JAX, any that follows the array API standard): recognition and types.

No library is imported here: the module of a type shows which library it comes from. What can be computed on a device
is the concern of `device_home`.
"""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .budgets import budget
from .errors import ArgumentTypeError
from .types import AnyArray

LIBRARIES = ("torch", "cupy", "jax", "jaxlib", "array_api_strict")

# Arrays of these libraries have engines of their own, or are read in slices, whatever standards they follow.
OTHERS = ("numpy", "dask", "zarr", "h5py", "xarray", "optimap")

# Other packages add types to NumPy (bfloat16), which its loops do not know.
WHOLE_TYPES = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
NUMPY_TYPES = WHOLE_TYPES | {"bool", "float16", "float32", "float64"}


def is_device_array(array: object) -> bool:
    """Whether an array belongs to a library with devices, and is not NumPy's."""
    if isinstance(array, (np.ndarray, np.generic)):
        return False
    roots = {base.__module__.partition(".")[0] for base in type(array).__mro__}
    return not roots.isdisjoint(LIBRARIES) or (hasattr(type(array), "__array_namespace__") and roots.isdisjoint(OTHERS))


def dtype_name(dtype: object) -> str:
    """Return NumPy's name of any library's dtype: ``'uint16'`` for ``torch.uint16``."""
    return str(getattr(dtype, "name", dtype)).rpartition(".")[2]


def dtype_kind(array: AnyArray) -> str:
    """Return NumPy's letter for the kind of an array's dtype, from any library; ``'V'`` for unknown kinds."""
    if not is_device_array(array):
        return str(np.dtype(array.dtype).kind)
    name = dtype_name(array.dtype)
    if name.startswith(("bfloat16", "float8")):
        return "f"
    try:
        return str(np.dtype(name).kind)
    except TypeError:
        return "V"


def dtype_bytes(array: AnyArray) -> int:
    """Return the bytes of one value."""
    digits = re.search(r"\d+", dtype_name(array.dtype))
    return int(digits[0]) // 8 if digits else 1


def on_host(array: object) -> Any:
    """Return an array on a device as a NumPy array, to draw it; anything else as it is."""
    if not is_device_array(array):
        return array
    if hasattr(array, "detach"):  # PyTorch
        tensor = array.detach().cpu()
        return (tensor.float() if dtype_name(tensor.dtype) not in NUMPY_TYPES else tensor).numpy()
    return array.get() if hasattr(array, "get") else np.asarray(array)  # CuPy, and the others


def host_view(array: AnyArray) -> NDArray[Any] | None:
    """Return an array in the host's memory as a NumPy array that shares this memory.

    None if it is elsewhere, if NumPy does not have its dtype, if the library must track the computation for gradients
    or compilation, or if the budget leaves such arrays to their library.
    """
    if not budget().host_loops or dtype_name(array.dtype) not in NUMPY_TYPES:
        return None
    if hasattr(array, "requires_grad"):  # PyTorch
        is_here = array.device.type == "cpu" and str(array.layout) == "torch.strided" and not array.requires_grad
        return np.asarray(array.numpy()) if is_here else None
    # JAX's tracers, which it uses for compilation, have types from `jax`, not from `jaxlib`.
    if library_of(array) == "jaxlib" and {device.platform for device in array.devices()} == {"cpu"}:
        return np.asarray(array)
    return None


def library_of(array: object) -> str:
    """Return the name of the package that an array's type comes from."""
    return type(array).__module__.partition(".")[0]


def refuse_device_array(array: object, name: str, work: str) -> None:
    """Raise an error if `work`, which is done only on the host, is given an array on a device."""
    if is_device_array(array):
        library = library_of(array)
        copies = {"torch": f"{name}.cpu().numpy()", "cupy": f"{name}.get()"}
        copy = copies.get(library, f"numpy.asarray({name})")
        cure = f"for {work}, give a NumPy array in the host's memory, {copy}"
        raise ArgumentTypeError(name, array, f"is an array of {library}", cure, subject=name)


def is_dask(array: object) -> bool:
    """Whether this is a dask array; does not import dask."""
    return type(array).__module__.startswith("dask.array")
