"""The rules made ready to run, their thresholds, three-valued truth, restrictions."""
