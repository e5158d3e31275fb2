"""The home of an array of another library: the functions of the library, the device, and its capabilities.

`Home` holds what computations need to know: the functions of the library, the device, and whether that device has
double precision; `_extract.device` and `_series.samples` compute with it. Which arrays belong to such a library
is determined in `devices`.
"""

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .budgets import budget
from .devices import dtype_bytes, dtype_kind, dtype_name, library_of
from .errors import ArgumentError, ArgumentTypeError
from .types import AnyArray


class Home:
    """The home of an array: the functions of its library (`xp`), its device, and the capabilities of that device."""

    def __init__(self, array: AnyArray, name: str) -> None:
        try:
            import array_api_compat
        except ImportError as error:
            raise ImportError(
                f"{name} is an array of {library_of(array)}, which needs array_api_compat: "
                "pip install 'optimap-trace[arrays]'"
            ) from error
        self.xp: Any = array_api_compat.array_namespace(array)
        self.device: Any = array_api_compat.device(array)
        self.is_torch = array_api_compat.is_torch_array(array)
        self.is_jax = array_api_compat.is_jax_array(array)
        self.is_writable = not self.is_jax
        self.has_double = True
        if self.is_torch:
            self._check_tensor(array, name)
        elif self.is_jax:
            if self.device is not None and len(array.devices()) != 1:
                self.device = None  # the array is distributed over several devices: JAX places the indices itself
        else:
            self._check_standard(array, name)
        # JAX computes in double precision on request, but users who did not enable it expect float32.
        self.gives_double = self.has_double and (not self.is_jax or _jax_gives_double())
        self.wide: Any = self.xp.float64 if self.has_double else self.xp.float32

    def _check_tensor(self, array: AnyArray, name: str) -> None:
        """Raise an error for tensors without some or all values; find out whether there is double precision."""
        if self.device.type == "meta":
            problem = "is on PyTorch's meta device, which holds no values"
            raise ArgumentError(name, array, problem, "give a tensor that has values", subject=name)
        if str(array.layout) != "torch.strided":
            problem = f"is a sparse tensor ({array.layout})"
            raise ArgumentTypeError(name, array, problem, f"give {name}.to_dense()", subject=name)
        self.has_double = self.device.type != "mps"  # Apple's processors do not have it

    def _check_standard(self, array: AnyArray, name: str) -> None:
        """Find out which types the device has; raise an error if sums would not be exact."""
        known = self.xp.__array_namespace_info__().dtypes(device=self.device)
        self.has_double = "float64" in known
        if "int64" not in known:
            problem = f"is on {self.device}, which has no 64-bit integers"
            cure = "copy it to the host's memory as a NumPy array, since exact sums need them"
            raise ArgumentTypeError(name, array, problem, cure, subject=name)

    def refuse_64_bits(self, array: AnyArray, name: str) -> None:
        """Raise an error for 64-bit integers: no camera produces them, and exact sums would need more than 64 bits."""
        if dtype_kind(array) in "iu" and dtype_bytes(array) == 8:
            raise ArgumentTypeError(
                name,
                array,
                f"has dtype {array.dtype} on {self.device}, where only integers of up to 32 bits are supported",
                f"convert it, for example {name}.to(torch.int32) or {name}.astype('int32')",
                subject=name,
            )

    @property
    def values_at_once(self) -> int:
        """How many values are computed at once."""
        is_cpu = "cpu" in str(self.device).lower()  # for JAX it is TFRT_CPU_0, or None if there are several devices
        return budget().cpu_values if is_cpu else budget().device_values

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Compute in double precision, which JAX must be asked for, and without NumPy's warnings about NaN."""
        with ExitStack() as stack:
            stack.enter_context(np.errstate(all="ignore"))
            if self.is_jax:
                stack.enter_context(_jax_double())
            yield

    def array(self, values: ArrayLike) -> Any:
        """Return values from the host as an array on the device."""
        return self.xp.asarray(np.array(values, order="C"), device=self.device)

    def own(self, values: NDArray[Any]) -> Any:
        """Return a new array on the host as an array of the library, in the same memory if possible."""
        if values.dtype == np.float64 and not self.gives_double:
            values = values.astype(np.float32)
        return self.xp.asarray(values, device=self.device)

    def wide_array(self, values: ArrayLike) -> Any:
        """Return values from the host in the widest floating type of the device."""
        return self.array(np.asarray(values, np.float64 if self.has_double else np.float32))

    def stored(self, array: AnyArray) -> tuple[Any, int]:
        """Return an array with values that all libraries can move and compute with, and the bits of an unsigned type.

        PyTorch has few operations for unsigned integers above 8 bits: their bytes are read as signed integers, at no
        cost, and `numbers` reverses it. The bits are 0 if there is nothing to reverse.
        """
        if not self.is_torch or dtype_name(array.dtype) not in ("uint16", "uint32"):
            return array, 0
        bits = 8 * dtype_bytes(array)
        return array.view(getattr(self.xp, f"int{bits}")), bits

    def numbers(self, stored: AnyArray, bits: int) -> Any:
        """Return stored values in a type to compute with: floating, or integers wide enough for the sums."""
        kind, size = dtype_kind(stored), dtype_bytes(stored)
        if kind == "f":
            return self.xp.astype(stored, self.wide)
        if kind == "b":
            return self.xp.astype(stored, self.xp.int32)
        wider = self.xp.astype(stored, self.xp.int32 if size <= 2 else self.xp.int64)
        return wider & (2**bits - 1) if bits else wider


def _jax_gives_double() -> bool:
    """Whether the user enabled double precision."""
    jax: Any = importlib.import_module("jax")
    return bool(jax.config.jax_enable_x64)


def _jax_double() -> AbstractContextManager[Any]:
    """Return the context in which JAX computes in double precision."""
    jax: Any = importlib.import_module("jax")
    if not hasattr(jax, "enable_x64"):  # JAX until 0.7
        jax = importlib.import_module("jax.experimental")
    context: AbstractContextManager[Any] = jax.enable_x64(True)
    return context


class Result:
    """An array that is filled from its start, block by block; if a library has no assignment, blocks are joined."""

    def __init__(self, home: Home, shape: tuple[int, ...], dtype: object) -> None:
        self._home, self._blocks, self._filled = home, list[Any](), 0
        self._dtype = dtype
        self._whole = home.xp.empty(shape, dtype=dtype, device=home.device) if home.is_writable or 0 in shape else None

    def append(self, rows: AnyArray) -> None:
        """Add the next rows."""
        block = self._home.xp.astype(rows, self._dtype)
        if self._whole is None:
            self._blocks.append(block)
            return
        stop = self._filled + block.shape[0]
        self._whole[self._filled : stop, ...] = block
        self._filled = stop

    def get(self) -> Any:
        """Return the whole array."""
        if self._whole is not None:
            return self._whole
        return self._home.xp.concat(self._blocks) if len(self._blocks) > 1 else self._blocks[0]
