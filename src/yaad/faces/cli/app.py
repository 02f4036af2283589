"""The verbs, gathered."""

import sys
from importlib.metadata import version as installed
from typing import Annotated

import typer

from yaad.faces.cli import (
    agents,
    chances,
    digest,
    entries,
    figures,
    forecasts,
    homes,
    house,
    imports,
    inquiries,
    opt_outs,
    plans,
    reports,
    sources,
    targets,
)
from yaad.faces.cli.customers import customers
from yaad.faces.cli.help import Verb, Verbs
from yaad.faces.cli.kpis import kpi
from yaad.faces.cli.options import Language
from yaad.faces.cli.persons import person

app = typer.Typer(cls=Verbs, rich_markup_mode="rich", pretty_exceptions_enable=False, add_completion=True)


def _version(asked: bool) -> None:  # noqa: FBT001 – Typer hands the option's value over by place
    if asked:
        sys.stdout.write(f"yaad {installed('yaad')}\n")
        raise typer.Exit


@app.callback()
def everything(
    *,
    lang: Language = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Words before the verb; the language is read before anything is parsed, the version ends the run."""
    del lang, version


for _name, _verb in (
    ("import", imports.import_),
    ("funnel", figures.funnel),
    ("dwell", figures.dwell),
    ("conversion", figures.conversion),
    ("measure", figures.measure),
    ("measures", figures.measures),
    ("explain", figures.explain),
    ("chances", chances.chances),
    ("plan", plans.plan),
    ("whatif", plans.whatif),
    ("levers", plans.levers),
    ("leaks", plans.leaks),
    ("forecast", forecasts.forecast),
    ("backtest", forecasts.backtest),
    ("moved", forecasts.moved),
    ("judge", forecasts.judge),
    ("digest", digest.digest),
    ("my-day", digest.my_day),
    ("inquiry", inquiries.inquiry),
    ("opt-out", opt_outs.opt_out),
    ("opt-outs", opt_outs.opt_outs),
    ("deal", entries.deal),
    ("new", entries.new),
    ("change", entries.change),
    ("did", entries.did),
    ("move", entries.move),
    ("win", entries.win),
    ("lose", entries.lose),
    ("note", entries.note),
    ("undo", entries.undo),
    ("doctor", house.doctor),
    ("xray", reports.xray),
    ("export", reports.export),
    ("workbook", sources.workbook),
    ("watch", sources.watch),
    ("pull", sources.pull),
    ("imports", house.imports),
    ("undo-import", house.undo_import),
    ("rebuild", house.rebuild),
    ("serve", house.serve),
    ("check", homes.check),
    ("backup", homes.backup),
    ("restore", homes.restore),
    ("tidy", homes.tidy),
    ("reset-second-step", homes.reset_second_step),
    ("mcp", agents.mcp),
    ("demo", house.demo),
):
    app.command(_name, cls=Verb)(_verb)
app.add_typer(sources.source, name="source")
app.add_typer(kpi, name="kpi")
app.add_typer(targets.target, name="target")
app.add_typer(customers, name="customers")
app.add_typer(person, name="person")
