"""What slamon says about itself to Prometheus: the catalogue of metrics, their values, their exposition."""
