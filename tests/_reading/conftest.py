"""Fixtures for arrays of other libraries."""

from tests.arrays import torch as torch
