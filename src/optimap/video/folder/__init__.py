"""What folders of images and of parts of recordings consist of; `formats.folder` decides what a folder is."""
