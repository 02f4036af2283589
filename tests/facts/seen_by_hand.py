"""The rows that a viewer sees, filtered by hand: the rule once more, in plain Python over lists of rows."""

from yaad.model import SCHEMAS, Viewer

Rows = dict[str, list[dict]]


def seen(rows: Rows, viewer: Viewer) -> Rows:
    """What is left of all rows."""
    if viewer.owners is None:
        return rows
    mine, found = viewer.owners, {name: [] for name in SCHEMAS}
    found["deals"] = [row for row in rows["deals"] if row["owner"] in mine]
    numbers = {row["deal"] for row in found["deals"]}
    ids = {row["deal_id"] for row in found["deals"]}
    found["stage_visits"] = [row for row in rows["stage_visits"] if row["owner"] in mine]
    found["stage_moves"] = [row for row in rows["stage_moves"] if row["deal"] in numbers]
    found["activities"] = [row for row in rows["activities"] if row["deal"] in numbers]
    found["calls"] = [row for row in rows["calls"] if row["by"] in mine]
    for name in ("orders", "contracts"):
        found[name] = [
            row
            for row in rows[name]
            if row["owner"] in mine or (row["owner"] is None and row["deal_id"] is not None and row["deal_id"] in ids)
        ]
    orders = {row["order_id"] for row in found["orders"]}
    found["lines"] = [row for row in rows["lines"] if row["order_id"] in orders]
    spoken = {row["account"] for name in ("deals", "orders", "contracts") for row in found[name]} - {None}
    found["accounts"] = [row for row in rows["accounts"] if {row["account_id"], row["name"]} & spoken]
    found["products"] = rows["products"]
    found["targets"] = [
        row
        for row in rows["targets"]
        if row["owner"] in mine or (row["owner"] is None and row["team"] in viewer.teams and row["team"] is not None)
    ]
    return found
