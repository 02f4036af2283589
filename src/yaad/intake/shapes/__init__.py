"""The ways in which files tell the history of deals, each turned into deals and moves; and the flat kinds."""
