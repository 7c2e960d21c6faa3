"""Benchmarks: each module has ``main(arguments)``; ``python -m benchmarks`` runs them all."""
