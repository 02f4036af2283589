"""The interface for programs: the same questions and acts as the pages, as JSON, under ``/api/v1/``."""
