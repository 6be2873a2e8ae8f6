"""Run one document in a confined worker process with limits of time and memory."""
