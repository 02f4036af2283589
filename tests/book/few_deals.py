"""Three deals, and the mapping that reads them: what the tests of importing again begin with."""

HEAD = "deal,rep,stage,value,entered,closed\n"
FIRST = HEAD + "A,Dana,Won,100,2026-01-01,2026-01-09\nB,Noa,Talk,50,2026-01-02,\nC,Noa,Talk,70,2026-01-03,\n"
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, rep: rep, stage: stage, amount: value, entered: entered, closed: closed}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
currency: ILS
dates: iso
zone: UTC
"""
FIGURES = ("deals", "won", "lost", "open", "won_value", "open_value", "win_rate", "sales_cycle")
