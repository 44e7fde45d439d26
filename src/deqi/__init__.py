"""Benefits and risks of acupuncture for neuropathy."""
