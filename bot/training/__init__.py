"""Training jobs, evaluation and the model registry."""
