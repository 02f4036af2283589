"""Who asks not to be contacted: words of what they ask, and by which way they said so."""

CALLS, MARKETING = "calls", "marketing"
OPT_OUTS = (CALLS, MARKETING)
"""What somebody asks: not to be called, whatever about; or to be sent and offered nothing, by whatever way."""
SAID_BY = ("phone", "whatsapp", "email", "form", "walk_in", "list", "other")
"""By which way they said so."""
MOST_HANDLES = 50_000
"""Numbers and addresses of one entry."""
