"""The atlas: where points lie on the body, what lies beneath, and how deep is known to be too deep."""
