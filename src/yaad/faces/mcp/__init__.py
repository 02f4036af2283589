"""The interface for agents: tools that read the book of a company, by the Model Context Protocol.

They only read, nothing of them reaches outward, none takes a query, and each answers what who asks may see.
"""
