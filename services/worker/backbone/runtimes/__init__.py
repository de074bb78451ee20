"""Run a network: OpenVINO on CPUs, torch on GPUs."""
