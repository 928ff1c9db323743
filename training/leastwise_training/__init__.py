"""From manifests to a detector: data, training, calibration, export and evaluation."""
