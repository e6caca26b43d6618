"""Comparison of the arms: metrics, costs, plots, MLflow."""
