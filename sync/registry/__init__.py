"""The simulated registry (住民記録システム): the original of the register, and the sender of its changes."""
