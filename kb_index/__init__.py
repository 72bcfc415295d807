"""The knowledge base: articles, chunks, vectors, keywords, answers."""
