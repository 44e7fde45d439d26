"""A schematic body: places as segment, cun along and angle around; every view a projection of the same places."""
