"""The two families of errors: the user's, which this module names, and ours, which show a traceback."""


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message is one sentence for the user: where (file, row, column or JSON path), what is wrong, and what
    to write instead. It never quotes what a person's record holds. The command line prints it and exits with 2.
    """
