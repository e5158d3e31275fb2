"""Fixtures for arrays of other libraries."""

from tests.arrays import any_library as any_library
from tests.arrays import functions_of_the_library as functions_of_the_library
from tests.arrays import host_loops as host_loops
from tests.arrays import one_library as one_library
from tests.arrays import torch as torch
