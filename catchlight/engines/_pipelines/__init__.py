"""One file, one diffusion pipeline: what it is and how it is called, as data and verbs.

``decode`` is there where an autoencoder may decode one batch while it encodes another: SDXL's changes its own
precision for a while. ``WANTS`` names packages beside diffusers and transformers.
"""
