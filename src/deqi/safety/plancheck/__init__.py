"""Every needling of a plan against hazards and rules."""
