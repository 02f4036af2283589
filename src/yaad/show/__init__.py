"""A result → what is seen: plain values, a table, an HTML part, a chart – one definition for every face.

HTML parts (`funnel_html`, `dwell_html`, `plan_html`, `table_html`, `say_html`) return escaped markup without inline
styles, scripts or handlers, so that they stand in a page with a strict content policy as they are. Their rules are in
``parts.css`` beside this file (`parts_css` gives its text); their colours are the tokens of the page. Classes:

=============  =====================================================================================================
``sgs``        list of a funnel's stages; each ``li.sg`` holds ``nm`` (name), ``v`` (how many entered), ``svg.sb`` (the
               bar: ``ad`` moved on, hatched still open, ``lo`` lost), ``ln`` (line below: ``b`` the rate, ``opn`` the
               open ones, ``em`` where most is lost); ``li.sg.end`` is what was won
``ten``        “of 10 inquiries: …” with ``small`` for what it rests on
``key``        key of a chart
``sums``       the sum line, “1,207 = 103 won + 110 open + 994 lost”
``dw``         list of stages' times; each ``li.r`` holds ``nm``, ``md`` (typical time), ``svg.ax`` (``bg`` track,
               ``ci`` range, ``pt`` dot), ``ln`` with ``opn``; ``li.r.tot`` is the total; ``scale`` the axis's ends
``ans``        answer of a plan: ``huge`` and ``of``; ``sure`` holds three ``div``, ``on`` the recommended one
``mile``       milestones: ``b`` number, ``by`` last useful date
``tw``         scrolling frame of a table; ``mapt`` the table, ``num`` a column of numbers
``notes``      sentences below a table or a chart
``n``          a number, range or sign, isolated left to right; ``nb`` number and unit that stay together
=============  =====================================================================================================

`Result(content)` wraps what the rooms below give and shows it: ``to_dict``, ``table``, ``html``, ``_repr_html_``,
``arrow``, ``pandas``, ``polars``, ``chart``. Where a list may be empty, call its class: ``Figures([])``.
"""

from yaad.show.answers import leak_ten, leak_worth, plan_lead, sheet_average, time_until_closing
from yaad.show.beside import for_people
from yaad.show.calls import Calls
from yaad.show.catalogue import Catalogue
from yaad.show.chances import Chances
from yaad.show.conversions import Conversions
from yaad.show.customers import CohortsResult, CustomersResult, OneCustomerResult
from yaad.show.dwells import DwellTimes, dwell_html
from yaad.show.figures import Explained, Figures
from yaad.show.findings import Findings
from yaad.show.funnels import Funnels, funnel_html, of_ten, sum_line, sum_said
from yaad.show.imports import import_dict, import_table
from yaad.show.kpis import Kpis, RowsBehind
from yaad.show.leaks import LeaksResult, leaks_html
from yaad.show.levers import LeversResult, levers_html
from yaad.show.markup import notes_html, table_html
from yaad.show.plans import PlanResult, WhatIfResult, chance_said, plan_html, plan_notes, ratios_table
from yaad.show.results import Result, parts_css, plain
from yaad.show.snapshots import Snapshots
from yaad.show.speech import in_chart, say_html, say_plain, say_terminal
from yaad.show.tables import Column, Kind, Shown, Table
from yaad.show.workbooks import Sheet, sheet_of, write_workbook
from yaad.text import bare, inert

__all__ = [
    "Calls",
    "Catalogue",
    "Chances",
    "CohortsResult",
    "Column",
    "Conversions",
    "CustomersResult",
    "DwellTimes",
    "Explained",
    "Figures",
    "Findings",
    "Funnels",
    "Kind",
    "Kpis",
    "LeaksResult",
    "LeversResult",
    "OneCustomerResult",
    "PlanResult",
    "Result",
    "RowsBehind",
    "Sheet",
    "Shown",
    "Snapshots",
    "Table",
    "WhatIfResult",
    "bare",
    "chance_said",
    "dwell_html",
    "for_people",
    "funnel_html",
    "import_dict",
    "import_table",
    "in_chart",
    "inert",
    "leak_ten",
    "leak_worth",
    "leaks_html",
    "levers_html",
    "notes_html",
    "of_ten",
    "parts_css",
    "plain",
    "plan_html",
    "plan_lead",
    "plan_notes",
    "ratios_table",
    "say_html",
    "say_plain",
    "say_terminal",
    "sheet_average",
    "sheet_of",
    "sum_line",
    "sum_said",
    "table_html",
    "time_until_closing",
    "write_workbook",
]
