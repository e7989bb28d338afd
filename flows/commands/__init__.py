"""The sub-commands of ``catchlight``, one file each."""
