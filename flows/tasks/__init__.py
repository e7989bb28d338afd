"""Each file wraps the studio or connector verb of the same name, nothing more."""
