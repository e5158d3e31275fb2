"""Time for activation maps, velocity fields and phases of 1000 frames of 256 x 256, beside the published package.

python benchmarks/activation.py [FOLDER]    # an environment with the published package is made there if it is missing

The published package (0.3.1) has the map by a threshold only. What its later source computes is done here by hand for
some of the pixels, and scaled up: a Savitzky-Golay derivative of each pixel; a least-squares fit of each window.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from environments import PUBLISHED, install, interpreter
from optimap.activation import compute_activation_map, compute_velocity_field
from optimap.kernels import twins
from optimap.phase import compute_phase, detect_phase_singularities

SHAPE = (1000, 256, 256)
ROUNDS = 5
SOME = 1000  # pixels or windows that the loops by hand do
THEIRS = """
import sys, time, numpy as np, optimap
optimap.set_verbose(False)
video = np.load(sys.argv[1])
for line in sys.stdin:
    start = time.perf_counter()
    optimap.compute_activation_map(video, threshold=0.5, show=False)
    print(time.perf_counter() - start, flush=True)
"""


def waves():
    """Return plane waves of action potentials every 150 frames, with noise, between 0 and 1."""
    rng = np.random.default_rng(0)
    delay = np.add.outer(0.03 * np.arange(SHAPE[1]), 0.1 * np.arange(SHAPE[2]))
    video = np.empty(SHAPE, np.float32)
    for t in range(SHAPE[0]):
        cycle = (t - 20 - delay) % 150
        video[t] = np.clip(cycle / 6, 0, 1) * np.exp(-np.maximum(cycle - 6, 0) / 30)
        video[t] += 0.05 * rng.standard_normal(SHAPE[1:], np.float32)
    return np.clip(video, 0, 1)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def slopes_by_hand(video):
    """Time a derivative of some pixels, one after the other, and return it for all."""
    from scipy.signal import savgol_filter

    pixels = video.reshape(len(video), -1)[:, :SOME].T.copy()
    each = seconds(lambda: [np.argmax(savgol_filter(pixel, 5, 1, deriv=1)) for pixel in pixels]) / SOME
    return each * SHAPE[1] * SHAPE[2]


def fits_by_hand(times):
    """Time a fit of some windows of 25 pixels, one after the other, and return it for all."""
    from scipy.linalg import lstsq

    y, x = np.mgrid[-12:13, -12:13].reshape(2, -1)
    terms = np.stack([x**2, y**2, x * y, x, y, np.ones_like(x)], axis=1).astype(float)
    windows = [times[k : k + 25, k : k + 25].ravel() for k in range(200)]
    return seconds(lambda: [lstsq(terms, window) for window in windows]) / len(windows) * times.size


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir()) / "published"
    if not interpreter(folder).exists():
        install(folder, PUBLISHED)
    video = waves()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "video.npy"
        np.save(path, video)
        command = [interpreter(folder), "-I", "-c", THEIRS, path]
        peer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        measure(video, peer)
        peer.stdin.close()
        peer.wait()


def measure(video, peer):
    """Print the fastest of a few rounds of all work, in turns."""
    options = {"interpolate": True, "show": False}
    times = compute_activation_map(video, **options)
    phase = compute_phase(video)

    def theirs():
        peer.stdin.write("\n")
        peer.stdin.flush()
        return float(peer.stdout.readline())

    twin = np.empty(SHAPE[1:])
    work = {
        "activation map, maximum derivative": lambda: seconds(lambda: compute_activation_map(video, **options)),
        "  its loop in NumPy": lambda: seconds(lambda: twins()["numpy"].upstroke_times(video, 1, 2.0, 6.0, twin)),
        "  by hand, scaled up": lambda: slopes_by_hand(video),
        "activation map, threshold": lambda: seconds(lambda: compute_activation_map(video, 0.5, show=False)),
        "  published 0.3.1": theirs,
        "velocity field, Bayly": lambda: seconds(lambda: compute_velocity_field(times)),
        "  by hand, windows of 25, scaled up": lambda: fits_by_hand(times),
        "velocity field, circle": lambda: seconds(lambda: compute_velocity_field(times, "circle")),
        "velocity field, gradient": lambda: seconds(lambda: compute_velocity_field(times, "gradient")),
        "phase, Hilbert": lambda: seconds(lambda: compute_phase(video)),
        "phase singularities": lambda: seconds(lambda: detect_phase_singularities(phase)),
    }
    found = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, task in work.items():
            found[name].append(task())
    for name, rounds in found.items():
        print(f"{name:40s} {min(rounds):7.2f} s")


if __name__ == "__main__":
    main()
