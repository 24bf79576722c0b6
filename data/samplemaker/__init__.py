"""The makers of the packaged samples; `build_samples.py` runs them in order."""
