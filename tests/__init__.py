"""The tests. Shapes and types of picture functions are checked while they run."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int may stand where a float is asked
