"""A copy for where there is no network: the same pages for everybody, kept on their own device at their wish."""
