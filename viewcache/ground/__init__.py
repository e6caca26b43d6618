"""What every room stands on: errors, files, manifests, paths, parameters, the stopwatch."""
