"""Where windows appear; `choose` picks one for each call."""
