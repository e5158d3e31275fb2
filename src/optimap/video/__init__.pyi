from ._open import load_metadata, load_video, open_video
from ._recording import Recording
from ._save import save_video

__all__ = ["Recording", "load_metadata", "load_video", "open_video", "save_video"]
