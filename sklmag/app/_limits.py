"""How much one visitor of the page may upload."""

MAX_FILE_BYTES = 50_000_000
MAX_SESSION_BYTES = 200_000_000
MAX_FILES = 5000
