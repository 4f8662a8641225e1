"""How much one visitor of the page may upload, and how long it is kept."""

MAX_FILE_BYTES = 50_000_000
MAX_MODEL_BYTES = 200_000_000  # the network NN24 of SIPFENN has 150 MB
MAX_SESSION_BYTES = 600_000_000
MAX_FILES = 5000
MAX_SESSIONS = 50
KEPT_HOURS = 8
