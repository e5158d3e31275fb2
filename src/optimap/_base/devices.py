"""Arrays of other libraries (PyTorch, CuPy, JAX, any that follows the array API standard): where they live.

Nothing is imported unless such an array is met: a type says by its name which library it is from. `Home` answers what
the computing needs to know: the library's functions, the device, whether that device has double precision.
`_arrays_extract` and `_arrays_normalize` compute with it.
"""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIBRARIES = ("torch", "cupy", "jax", "jaxlib", "array_api_strict")


# These have engines of their own, or are read slice by slice, whatever standards they follow.
OTHERS = ("numpy", "dask", "zarr", "h5py", "xarray", "optimap")


# Other packages teach NumPy more (bfloat16), which its loops do not know.
WHOLE_TYPES = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}


NUMPY_TYPES = WHOLE_TYPES | {"bool", "float16", "float32", "float64"}


# Whether arrays that lie in the host's memory anyway are computed by the loops for NumPy arrays, 3 to 50 times faster
# there for most work. The tests switch it off to try the functions that a GPU needs.
HOST_LOOPS = True


def is_device_array(array: Any) -> bool:
    """Whether an array belongs to a library with devices, and is not NumPy's."""
    if isinstance(array, (np.ndarray, np.generic)):
        return False
    roots = {base.__module__.partition(".")[0] for base in type(array).__mro__}
    return not roots.isdisjoint(LIBRARIES) or (hasattr(type(array), "__array_namespace__") and roots.isdisjoint(OTHERS))


def dtype_name(dtype: Any) -> str:
    """Return NumPy's name of any library's dtype: ``'uint16'`` for ``torch.uint16``."""
    return str(getattr(dtype, "name", dtype)).rpartition(".")[2]


def dtype_kind(array: Any) -> str:
    """Return NumPy's letter for the kind of an array's dtype, whichever library it is from; ``'V'`` for the unknown."""
    if not is_device_array(array):
        return str(np.dtype(array.dtype).kind)
    name = dtype_name(array.dtype)
    if name.startswith(("bfloat16", "float8")):
        return "f"
    try:
        return str(np.dtype(name).kind)
    except TypeError:
        return "V"


def dtype_bytes(array: Any) -> int:
    """Return the bytes of one value."""
    digits = re.search(r"\d+", dtype_name(array.dtype))
    return int(digits[0]) // 8 if digits else 1


def on_host(array: Any) -> Any:
    """Return a device's array as a NumPy array, to draw it; anything else as it is."""
    if not is_device_array(array):
        return array
    if hasattr(array, "detach"):  # PyTorch
        array = array.detach().cpu()
        return (array.float() if dtype_name(array.dtype) not in NUMPY_TYPES else array).numpy()
    return array.get() if hasattr(array, "get") else np.asarray(array)


def host_view(array: Any) -> NDArray[Any] | None:
    """Return an array that lies in the host's memory as a NumPy array of the same memory.

    None where it lies elsewhere, where NumPy has no such dtype, and where the library has to see what is computed: for
    gradients, or to compile it.
    """
    if not HOST_LOOPS or dtype_name(array.dtype) not in NUMPY_TYPES:
        return None
    root = type(array).__module__.partition(".")[0]
    if hasattr(array, "requires_grad"):  # PyTorch
        is_here = array.device.type == "cpu" and str(array.layout) == "torch.strided" and not array.requires_grad
        return np.asarray(array.numpy()) if is_here else None
    if root == "jaxlib" and {device.platform for device in array.devices()} == {"cpu"}:  # tracers are of `jax`
        return np.asarray(array)
    return None


def refuse_device_array(array: Any, name: str, work: str) -> None:
    """Raise an error for work that is done by the host's processor alone."""
    if is_device_array(array):
        root = type(array).__module__.partition(".")[0]
        copies = {"torch": f"{name}.cpu().numpy()", "cupy": f"{name}.get()"}
        raise TypeError(
            f"{name} is an array of {root}: {work} needs it in the host's memory as a NumPy array, "
            f"{copies.get(root, f'numpy.asarray({name})')}"
        )


def is_dask(array: Any) -> bool:
    """Whether this is a dask array; does not import dask."""
    return type(array).__module__.startswith("dask.array")
