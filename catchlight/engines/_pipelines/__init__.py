"""One file, one diffusion pipeline: what it is and how it is called, as data and two verbs."""
