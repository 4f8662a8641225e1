"""How much one visitor of the page may upload."""

MAX_FILE_BYTES = 50_000_000
MAX_MODEL_BYTES = 200_000_000  # the network NN24 of SIPFENN has 150 MB
MAX_SESSION_BYTES = 600_000_000
MAX_FILES = 5000
