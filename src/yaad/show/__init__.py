"""A result → what is seen: plain values, a table, an HTML part, a chart – one definition for every face.

HTML parts (`funnel_html`, `dwell_html`, `plan_html`, `table_html`, `say_html`) return escaped markup without inline
styles, scripts or handlers, so that they stand in a page with a strict content policy as they are. Their rules are in
``parts.css`` beside this file (`PARTS_CSS` is its text); they take their colours from the tokens of the page. Classes:

=============  =====================================================================================================
``sgs``        list of a funnel's stages; each ``li.sg`` holds ``nm`` (name), ``v`` (how many entered), ``svg.sb`` (the
               bar: ``ad`` moved on, hatched still open, ``lo`` lost), ``ln`` (line below: ``b`` the rate, ``opn`` the
               open ones, ``em`` where most is lost); ``li.sg.end`` is what was won
``ten``        “of 10 inquiries: …” with ``small`` for what it rests on
``key``        key of a chart
``sums``       the sum line, “1,207 = 103 won + 110 open + 994 lost”
``dw``         list of stages' times; each ``li.r`` holds ``nm``, ``md`` (typical time), ``svg.ax`` (``bg`` track, ``ci``
               range, ``pt`` dot), ``ln`` with ``opn``; ``li.r.tot`` is the total; ``scale`` the ends of the axis
``ans``        answer of a plan: ``huge`` and ``of``; ``sure`` holds three ``div``, ``on`` the recommended one
``mile``       milestones: ``b`` number, ``by`` last useful date
``tw``         scrolling frame of a table; ``mapt`` the table, ``num`` a column of numbers
``notes``      sentences below a table or a chart
``n``          a number, range or sign, isolated left to right; ``nb`` number and unit that stay together
=============  =====================================================================================================
"""
