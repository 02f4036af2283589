"""Doors of a company for inquiries from outside: public forms and signed webhooks, and what came and was not read."""
