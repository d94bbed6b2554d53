"""One module per provider, named as the provider; each holds a class `Adapter` and knows no other."""
