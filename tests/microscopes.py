"""Tiny recordings in the formats of cameras and microscopes, written byte by byte or by libraries that are not ours."""

import numpy as np


def scanbox(path, video, planes=1, scanmode=0, **info):
    """``rec.sbx`` and its header ``rec.mat``; `video` is (T, H, W), or (T, H, W, C) for several channels."""
    from scipy.io import savemat

    channels = video.shape[3] if video.ndim == 4 else 1
    header = {
        "sz": np.array(video.shape[1:3], float),
        "channels": {1: 2, 2: 1}.get(channels, -1),
        "resfreq": 7930.0,
        "scanmode": scanmode,
        "scanbox_version": 2,
        "recordsPerBuffer": video.shape[1] // (2 - scanmode),
        "max_idx": len(video) - 1,
        "config": {"lines": video.shape[1], "magnification": 1},
        "volscan": int(planes > 1),
        "otwave": np.arange(planes if planes > 1 else 0, dtype=float),
        **info,
    }
    savemat(path.with_suffix(".mat"), {"info": {key: value for key, value in header.items() if value is not None}})
    path.write_bytes((65535 - video.astype(int)).astype("<u2").tobytes())
    return path
