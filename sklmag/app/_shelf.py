"""All ready models as one choice of the page."""

from sklmag.tasks._ready import ready_properties

ALL_READY = "all ready models"


class Shelf:
    """What stands for all ready models where one model can be chosen."""

    card = None
    domain = None
    takes = "formulas, crystals, tables and grain maps"

    @property
    def target_names(self):
        """All properties that they know."""
        return ready_properties()
