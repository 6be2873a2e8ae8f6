"""Run functions on one document in a worker process with limits of time and memory."""
