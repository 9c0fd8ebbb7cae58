"""How long from `make up` to the first assignment, what each process holds then, and what an installation takes."""
