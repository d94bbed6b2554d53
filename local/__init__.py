"""Herald on one machine: a local AWS and the simulators of the providers. Nothing here is ever shipped."""
