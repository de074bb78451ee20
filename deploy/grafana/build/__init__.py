"""The dashboards as code: queries and titles here, Grafana's JSON in `dashboards/`."""
