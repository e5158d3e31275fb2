"""What the format TIFF consists of; `formats.tiff` puts the parts together."""
