"""A later import may know more stages, or fewer: how two pipelines become one."""

from yaad.model import Pipeline, Stage


def joined(present: Pipeline, arriving: Pipeline | None) -> Pipeline:
    """The stages of the book after an import.

    The order and types of the arriving pipeline stand; stages that only the book knows are kept behind the one that
    they stood behind. A stage is silent only when no source has its history; lists go on watching the stages until one
    has it of all of them.

    >>> book = Pipeline((Stage("New"), Stage("Demo"), Stage("Quote")), frozenset({"Demo", "Quote"}))
    >>> file = Pipeline((Stage("New"), Stage("Quote"), Stage("Talks")), frozenset({"Talks"}))
    >>> [stage.name for stage in joined(book, file).stages], sorted(joined(book, file).silent)
    (['New', 'Demo', 'Quote', 'Talks'], ['Demo', 'Talks'])
    """
    if arriving is None or not arriving.stages:
        return present
    stages: list[Stage] = list(arriving.stages)
    names = {stage.name for stage in stages}
    for number, stage in enumerate(present.stages):
        if stage.name not in names:
            before = [other.name for other in present.stages[:number]]
            place = max((n + 1 for n, other in enumerate(stages) if other.name == (before or [""])[-1]), default=0)
            stages.insert(place, stage)
            names.add(stage.name)
    known = {stage.name for stage in present.stages}
    fresh = {stage.name for stage in arriving.stages}
    silent = {name for name in arriving.silent if name not in known or name in present.silent}
    silent |= {name for name in present.silent if name not in fresh}
    told = not arriving.silent and all(stage.name in fresh for stage in present.open)
    lists = arriving if told else present
    return Pipeline(tuple(stages), frozenset(silent), lists.listed_since, lists.watched_since)
