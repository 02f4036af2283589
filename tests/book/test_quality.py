"""What the doctor finds in a small file made by hand."""

import yaad

ROWS = """\
deal,rep,stage,value,entered,closed,why
D1,Dana,Won,100,2026-01-01,2026-01-11,
D2,Dana,Lost,,2026-01-02,2026-01-05,
D3,,Lost,50,2026-01-02,2026-01-05,price
D4,Noa,Talk,,2026-01-03,,
D5,Noa,Won,70,2026-02-03,2026-02-01,
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, rep: rep, stage: stage, amount: value, entered: entered, closed: closed, lost_reason: why}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""


def test_each_finding_is_a_count_by_hand(tmp_path):
    (tmp_path / "deals.csv").write_text(ROWS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    book = yaad.read(tmp_path / "deals.csv", map=tmp_path / "map.yaml")
    found = {finding.id: (finding.count, finding.of) for finding in book.doctor().content}
    assert found["no_owner"] == (1, 5)
    assert found["no_amount"] == (2, 5)
    assert found["no_lost_reason"] == (1, 2)
    assert found["impossible"] == (1, 5)
    assert found["no_source"] == (5, 5)
    assert "reopened" not in found
    assert "undated" not in found
