"""What exports are known by their headers: one folder a product, with the headers, the history and the traps of each.

A preset proposes what the dictionaries of headers propose, only surer: which column is which field. Everything else
(dates, decimals, VAT, stages) is decided by the evidence of the file and asked where that does not decide.
"""

from yaad.intake.presets.export import Export, Recognised, all_exports, key_of, recognise

__all__ = ["Export", "Recognised", "all_exports", "key_of", "recognise"]
