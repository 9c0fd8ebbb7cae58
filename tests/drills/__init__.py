"""Each alert of deploy/prometheus made to ring by its real fault, beside a real Prometheus: `make drills`."""
