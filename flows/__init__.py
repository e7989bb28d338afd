"""The only folder that knows Prefect: flows, their tasks, and the command line."""
