"""The Prefect flows. They are the only code that imports Prefect."""
