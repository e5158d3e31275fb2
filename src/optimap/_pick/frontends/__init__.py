"""The places where figure windows appear; `choose` selects one for each call."""
