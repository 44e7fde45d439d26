"""The site: one folder a feature. No statistics and no medicine here; everything comes through the door of deqi."""
