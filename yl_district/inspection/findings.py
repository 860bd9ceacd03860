"""What the inspection finds in a file."""


class Unsafe(Exception):
    """A file that is not taken.

    `reason` is "active" for content that acts, "locked", "structure", "too large", "parts" or "damaged"; `found` says
    in Chinese what was found, and `place` where in the file.
    """

    def __init__(self, reason, found="", place=""):
        super().__init__(reason)
        self.reason, self.found, self.place = reason, found, place

    def as_dict(self):
        """Returns what the child process prints about it."""
        return {"reason": self.reason, "found": self.found, "place": self.place}


def active(found, place=""):
    """Returns the exception for content that acts."""
    return Unsafe("active", found, place)
