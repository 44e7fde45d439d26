"""The one error of the statistics: a call that has no meaning, whatever the numbers."""


class StatsInputError(ValueError):
    """The arguments cannot be used: shapes that do not match, an unknown method, an impossible pair.

    Numbers that cannot be analysed (a zero variance, no studies) are never an error: they give NaN and a
    `Status`, so that one bad row does not stop a batch. The layer above turns this error into one for users.
    """
