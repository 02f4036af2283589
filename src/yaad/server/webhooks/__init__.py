"""Webhooks: what happens in a company is sent to addresses that its people chose, signed, in order, at least once."""
