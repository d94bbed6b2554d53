"""Herald: one messaging API over many providers. The layer that every function shares."""
