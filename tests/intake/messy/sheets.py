"""Ten sheets as Israeli companies keep them by hand, each with what it truly says; nothing in them is made easy."""

import csv
import datetime as dt
import random
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from openpyxl.styles import Font, PatternFill

MONTHS = ("ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר")
GREEN, RED, YELLOW, GREY = "FF92D050", "FFFF0000", "FFFFFF00", "FFD9D9D9"


@dataclass(frozen=True)
class Sheet:
    """A file and what it truly says.

    Attributes:
        path: of the file.
        inquiries: what it speaks of.
        more: whatever else a test must know of it.
    """

    path: Path
    inquiries: list
    more: dict = field(default_factory=dict)


def fill(colour):
    return PatternFill("solid", start_color=colour, end_color=colour)


def painted(sheet, row, colour, width):
    for column in range(1, width + 1):
        sheet.cell(row, column).fill = fill(colour)


def shekels(amount):
    return None if amount is None else float(amount)


def new_book(title="גיליון1"):
    book = openpyxl.Workbook()
    book.active.title = title
    book.active.sheet_view.rightToLeft = True
    return book, book.active


# 1 -----------------------------------------------------------------------------------------------------------------


def colours(folder, people):
    """A window maker: no column of status, green is sold, red is off, yellow is in work, white is new."""
    book, sheet = new_book("לידים")
    sheet.append(["שם לקוח", "טלפון", "תאריך פנייה", "מקור", "סכום", "הערות"])
    painted(sheet, 1, GREY, 6)
    told = people.inquiries(1)
    draw = random.Random(11)
    state = {}
    for row, one in enumerate(told, start=2):
        sheet.append([one.name, one.phone, one.day, one.source, shekels(one.amount), draw.choice(("", "", "חזר אליי"))])
        state[one.name] = one.end or draw.choice(("work", "new"))
        colour = {"won": GREEN, "lost": RED, "work": YELLOW}.get(state[one.name])
        if colour:
            painted(sheet, row, colour, 6)
    book.save(folder / "חלונות.xlsx")
    return Sheet(folder / "חלונות.xlsx", told, {"state": state})


# 2 -----------------------------------------------------------------------------------------------------------------


def months(folder, people):
    """A kitchen shop: a merged title a month, the header again below each, a total at the end of each block."""
    book, sheet = new_book("2025")
    head = ["מס' הצעה", "לקוח", "ת. פתיחה", "סוכן", "סכום", "סטטוס"]
    told = people.inquiries(2)
    titles = totals = 0
    for month in sorted({one.day.month for one in told}):
        sheet.append([f"{MONTHS[month - 1]} 2025"])
        sheet.merge_cells(start_row=sheet.max_row, start_column=1, end_row=sheet.max_row, end_column=6)
        painted(sheet, sheet.max_row, GREY, 6)
        titles += 1
        sheet.append(head)
        block = [one for one in told if one.day.month == month]
        for one in block:
            status = {"won": "נסגר בהצלחה", "lost": "לא מעוניין", None: "הצעה נשלחה"}[one.end]
            sheet.append([1000 + one.number, one.name, one.day, one.rep, shekels(one.amount), status])
        total = sum(one.amount or 0 for one in block)
        sheet.append(['סה"כ', None, None, None, float(total), None])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        totals += 1
        sheet.append([])
    book.save(folder / "מטבחים.xlsx")
    return Sheet(folder / "מטבחים.xlsx", told, {"titles": titles, "totals": totals})


# 3 -----------------------------------------------------------------------------------------------------------------


def sheet_a_rep(folder, people):
    """An insurance agency: each person keeps a sheet, the manager keeps a summary, last year's is hidden."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    told = people.inquiries(3)
    for rep in people.REPS:
        sheet = book.create_sheet(rep)
        sheet.sheet_view.rightToLeft = True
        sheet.append(["שם מלא", "נייד", "תאריך פנייה", "מקור הגעה", "סטטוס", "שווי"])
        for one in told:
            if one.rep == rep:
                status = {"won": "נחתם", "lost": "לא מעוניין", None: "בטיפול"}[one.end]
                sheet.append([one.name, one.phone, one.day, one.source, status, shekels(one.amount)])
    summary = book.create_sheet("סיכום")
    summary.append(["סוכן", "כמה לידים", "כמה נסגרו"])
    for rep in people.REPS:
        mine = [one for one in told if one.rep == rep]
        summary.append([rep, len(mine), sum(one.end == "won" for one in mine)])
    old = book.create_sheet("2024")
    old.append(["שם מלא", "נייד", "תאריך פנייה", "מקור הגעה", "סטטוס", "שווי"])
    old.append(["ישן ישן", "050-1111111", dt.date(2024, 1, 1), "גוגל", "נחתם", 1])
    old.sheet_state = "hidden"
    book.save(folder / "סוכנות.xlsx")
    return Sheet(folder / "סוכנות.xlsx", told)


# 4 -----------------------------------------------------------------------------------------------------------------


def two_phones(folder, people):
    """A contractor: title lines above, two numbers in one cell, people who come again months later, a note below."""
    book, sheet = new_book()
    told = people.inquiries(4)
    draw = random.Random(44)
    sheet.append(['דוח פניות - גגות הגליל בע"מ'])
    sheet.append(['הופק ע"י מזכירות'])
    sheet.append([])
    sheet.append(["שם", "טלפון", "תאריך", "מקור", "סטטוס", "סכום"])
    twice = 0
    for one in told:
        second = f"04-8{200_000 + one.number}"
        sign = draw.choice((" / ", ", ", "\n", " או "))
        both = one.number % 3 == 0
        status = {"won": "נמכר", "lost": "לא מעוניין", None: "הצעת מחיר"}[one.end]
        shown = f"{one.phone}{sign}{second}" if both else one.phone
        sheet.append([one.name, shown, one.day, one.source, status, shekels(one.amount)])
        if both and one.number % 9 == 0:  # rang again three days later, and only the first number was written
            again = one.day + dt.timedelta(days=3)
            sheet.append([one.name.split()[0], one.phone, again, "טלפון", status, shekels(one.amount)])
            twice += 1
    sheet.append([])
    sheet.append(['הערה: המחירים אינם כוללים מע"מ, לשאלות - אורית שלוחה 12'])
    book.save(folder / "גגות.xlsx")
    return Sheet(folder / "גגות.xlsx", told, {"twice": twice})


# 5 -----------------------------------------------------------------------------------------------------------------


def worded_amounts(folder, people):
    """A carpenter: amounts as they are said, with the word for shekels, with and without VAT, in thousands."""
    book, sheet = new_book()
    told = people.inquiries(5)
    sheet.append(["מספר עסקה", "שם לקוח", "תאריך פנייה", "שלב", "סכום"])
    tax = {}
    for one in told:
        stage = {"won": "זכייה", "lost": "הפסד", None: "הצעת מחיר"}[one.end]
        shown, tax[str(one.number)] = _said(one)
        sheet.append([one.number, one.name, one.day, stage, shown])
    book.save(folder / "נגריה.xlsx")
    return Sheet(folder / "נגריה.xlsx", told, {"tax": tax})


def _said(one):
    """An amount as somebody wrote it, and whether it says that VAT is in it."""
    if one.amount is None:
        return ("-" if one.number % 2 else None), "unknown"
    whole = int(one.amount)
    ways = [
        (f"{whole:,} ש״ח + מע״מ", "net"),
        (f"₪{whole:,}", "unknown"),
        (f'{whole:,} ש"ח כולל מע"מ', "gross"),
        (f"{whole} שח", "unknown"),
        (f'{whole:,}+מע"מ', "net"),
        (f'{whole:,} ש"ח לפני מע"מ', "net"),
    ]
    if whole % 1000 == 0:
        return f'{whole // 1000} אלף ש"ח', "unknown"
    return ways[one.number % len(ways)]


# 6 -----------------------------------------------------------------------------------------------------------------

WRITTEN = {
    "won": ("נסגר", "סגור", "נסגר ", "ניסגר"),
    "lost": ("לא רלוונטי", "ל.ר", "לא רלונטי", "לא מעוניין", "לא מעונין"),
    "done": ("טופל", "טופל."),
    "attempt": ("אין מענה", "אין מענה 2", "אין מענא"),
    "open": ("בטיפול", "הצעת מחיר"),
}


def typos(folder, people):
    """A gym: the status is written by hand, each time a little differently; a closing date is written sometimes."""
    book, sheet = new_book("מתעניינים")
    told = people.inquiries(6)
    draw = random.Random(66)
    sheet.append(["שם מלא", "נייד", "ת. פנייה", "נציג", "סטטוס", "ת. סגירה"])
    said = {}
    for one in told:
        sort = one.end or draw.choice(("open", "open", "attempt", "done"))
        word = draw.choice(WRITTEN[sort])
        said[one.phone] = (sort, word)
        ended = one.day + dt.timedelta(days=draw.randrange(1, 40)) if word == "נסגר" else None
        sheet.append([one.name, one.phone, one.day, one.rep, word, ended])
    book.save(folder / "מכון כושר.xlsx")
    return Sheet(folder / "מכון כושר.xlsx", told, {"said": said})


# 7 -----------------------------------------------------------------------------------------------------------------


def touches(folder, people):
    """A college: each call is a row, so that one inquiry has up to four; a person may come again half a year later."""
    book, sheet = new_book("שיחות")
    told = people.inquiries(7, 80)
    draw = random.Random(77)
    rows = []
    for one in told:
        steps = ["פנייה חדשה", "שיחה ראשונה", "נקבעה פגישה"][: draw.randrange(1, 4)]
        steps += {"won": ["נרשם"], "lost": ["לא מעוניין"], None: []}[one.end]
        for n, step in enumerate(steps):
            shown = one.phone if n % 2 == 0 else one.phone.replace("-", "")
            rows.append((one.day + dt.timedelta(days=n * 4), one.name, shown, one.source, step))
    rows.sort(key=lambda row: row[0])
    sheet.append(["תאריך", "שם", "טלפון", "מקור הגעה", "סטטוס"])
    for day, *rest in rows:
        sheet.append([*rest[:0], day, *rest])
    book.save(folder / "מכללה.xlsx")
    return Sheet(folder / "מכללה.xlsx", told, {"rows": len(rows)})


# 8 -----------------------------------------------------------------------------------------------------------------


def products(folder, people):
    """A garden shop: up to three products an order, each with its own amount in its own column, and no sum."""
    book, sheet = new_book()
    told = people.inquiries(8)
    sheet.append(
        ["מספר עסקה", "שם לקוח", "תאריך פנייה", "שלב", "מוצר 1", "סכום 1", "מוצר 2", "סכום 2", "מוצר 3", "סכום 3"]
    )
    for one in told:
        stage = {"won": "זכייה", "lost": "הפסד", None: "הצעת מחיר"}[one.end]
        row = [one.number, one.name, one.day, stage]
        if one.amount is not None:
            third = one.amount // 3
            parts = [one.amount] if one.number % 2 else [third, third, one.amount - 2 * third]
            for name, part in zip(people.PRODUCTS, parts, strict=False):
                row += [name, float(part)]
        sheet.append(row)
    book.save(folder / "גינון.xlsx")
    return Sheet(folder / "גינון.xlsx", told)


# 9 -----------------------------------------------------------------------------------------------------------------


def hidden(folder, people):
    """A car dealer: right to left, a hidden column with an older amount, rows hidden by a filter, a hidden sheet."""
    book, sheet = new_book("עסקאות")
    told = people.inquiries(9)
    sheet.append(["מספר עסקה", "לקוח", "תאריך פנייה", "סכום ישן", "סכום", "שלב", "איש מכירות"])
    for row, one in enumerate(told, start=2):
        stage = {"won": "זכייה", "lost": "הפסד", None: "משא ומתן"}[one.end]
        older = None if one.amount is None else float(one.amount) * 2
        sheet.append([one.number, one.name, one.day, older, shekels(one.amount), stage, one.rep])
        sheet.row_dimensions[row].hidden = one.end == "lost"
    sheet.column_dimensions["D"].hidden = True
    secret = book.create_sheet("מחירון")
    secret.append(["דגם", "מחיר"])
    secret.append(["א", 1])
    secret.sheet_state = "hidden"
    book.save(folder / "רכב.xlsx")
    return Sheet(folder / "רכב.xlsx", told)


# 10 ----------------------------------------------------------------------------------------------------------------


def three_ways(folder, people):
    """An event hall: title lines, dates as each person writes them, totals between blocks, a note below."""
    told = people.inquiries(10)
    rows = [["אולמי הגן - פניות 2025"], ["עודכן ב 1.6.25"], []]
    rows.append(["מס'", "שם הלקוח", "תאריך פנייה", "שווי", "סטטוס"])
    for place, one in enumerate(told):
        status = {"won": "עסקה נסגרה", "lost": "נדחה", None: "הצעת מחיר"}[one.end]
        day = one.day
        ways = (f"{day.day}.{day.month}.{day:%y}", f"{day:%d/%m/%Y}", f"{day.day} ב{MONTHS[day.month - 1]}")
        rows.append(
            [str(one.number), one.name, ways[place % 3], "" if one.amount is None else str(int(one.amount)), status]
        )
        if place % 50 == 49:
            rows.append(["", 'סה"כ עד כאן', "", str(int(sum(one.amount or 0 for one in told[: place + 1]))), ""])
    rows += [[], ["* לא כולל אירועים שבוטלו בקורונה"]]
    book, sheet = new_book()
    for row in rows:
        sheet.append([cell or None for cell in row])
    book.save(folder / "אולם.xlsx")
    with (folder / "אולם.csv").open("w", encoding="windows-1255", newline="") as file:
        csv.writer(file).writerows([row + [""] * (5 - len(row)) for row in rows])
    return Sheet(folder / "אולם.xlsx", told, {"csv": folder / "אולם.csv", "totals": len(told) // 50})
