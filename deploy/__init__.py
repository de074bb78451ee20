"""Run Tagloop in containers: images, proxy, metrics and dashboards."""
