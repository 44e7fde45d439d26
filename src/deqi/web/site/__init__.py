"""What every page of the site shares: settings, headers, limits, errors, the cache of rendered pages, the server."""
