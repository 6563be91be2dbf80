"""A local page on which people correct the model: the store of answers, the queue, the server."""
