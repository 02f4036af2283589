"""What customers are still worth: purchases to be expected × what one is worth, discounted, over a stated time.

Purchases by BG/NBD, the value of one by gamma–gamma (see `statistics`). Both are fitted to all customers of the book;
of a group, the customers' values are averaged. No value is told where too few came again, where how often and how much
go together, or where the data do not hold a model.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from yaad.errors import CannotTell, InputError
from yaad.measures.statistics import (
    BgNbd,
    GammaGamma,
    Histories,
    NoFit,
    correlation,
    fit_bg_nbd,
    fit_gamma_gamma,
)
from yaad.measures.statistics.bg_nbd import FEWEST, BuyingParameters, chance_alive, while_alive
from yaad.measures.statistics.gamma_gamma import TIED, SpendingParameters, expected_spend
from yaad.measures.statistics.histories import distinct
from yaad.measures.statistics.likelihoods import delta
from yaad.measures.statistics.spells import Floats
from yaad.text import Message

MONTH_DAYS = 365.25 / 12
MONTHS = 12
DISCOUNT = 0.1


@dataclass(frozen=True)
class Terms:
    """How the value of a customer is told.

    Attributes:
        months: the horizon: purchases within so many months from the data's day.
        discount: a year; money of a year ahead is worth 1 / (1 + discount).
        margin: the part of revenue that is kept, 0–1; None where the company did not say it: then it is revenue.
    """

    months: int = MONTHS
    discount: float = DISCOUNT
    margin: float | None = None

    def checked(self) -> "Terms":
        """These terms.

        Raises:
            InputError: a horizon below a month or above ten years, a margin or discount that is no share.
        """
        margin = 1.0 if self.margin is None else self.margin
        if not (1 <= self.months <= 120 and 0 <= self.discount < 1 and 0 < margin <= 1):
            raise InputError(Message("customers.bad_terms"))
        return self

    @property
    def weights(self) -> Floats:
        """What a unit of money at the end of each month is worth today."""
        return np.asarray((1 + self.discount) ** (-np.arange(1, self.months + 1) / 12), dtype=np.float64)


@dataclass(frozen=True)
class Buyers:
    """Customers with their histories, as arrays of one length.

    Attributes:
        repeats: further purchase days after the first.
        span, age: days from the first purchase to the last, and to the data's day.
        value: the mean of a further purchase day; NaN without one.
    """

    repeats: Floats
    span: Floats
    age: Floats
    value: Floats

    @cached_property
    def buying(self) -> BgNbd:
        """The model of how often.

        Raises:
            CannotTell: too few came again, or the data do not hold it.
        """
        try:
            return fit_bg_nbd(Histories.count(self.repeats, self.span, self.age))
        except NoFit:
            raise self._refused() from None

    @cached_property
    def spending(self) -> GammaGamma:
        """The model of how much.

        Raises:
            CannotTell: too few came again, how often and how much go together, or the data do not hold it.
        """
        again = (self.repeats > 0) & (self.value > 0)
        repeats, value = self.repeats[again], self.value[again]
        if len(repeats) < FEWEST:
            raise self._refused()
        tied = correlation(repeats, value)
        if abs(tied) > TIED:
            raise CannotTell(Message("customers.tied", {"correlation": f"{tied:.2f}"}))
        try:
            return fit_gamma_gamma(repeats, value)
        except NoFit:
            raise self._refused() from None

    def alive(self) -> Floats:
        """The chance that each still buys."""
        return self.buying.alive(self.repeats, self.span, self.age)

    def worth(self, terms: Terms) -> Floats:
        """What each customer is still worth: by the chance to still buy, times `worth_while_buying`."""
        return self._worth(terms, self.buying.parameters, self.spending.parameters)

    def worth_while_buying(self, terms: Terms) -> Floats:
        """What each customer would still be worth if the customer still buys for sure."""
        return self._while_buying(terms, self.buying.parameters, self.spending.parameters)

    def between(self, terms: Terms, place: int, draws: int, seed: int) -> tuple[float, float]:
        """Between what one customer will bring within the terms in 8 of 10 cases: the 1st and 9th tenth of draws.

        Drawn from what the models say of this customer: whether still buying, how often (gamma: r + x, α + T), the
        chance to stop after each purchase (beta: a, b + x), and what one is worth around the customer's own mean
        (gamma: q + p x, γ + x m). The parameters themselves are taken as known.
        """
        drawn = np.quantile(self.drawn(terms, place, draws, seed), (0.1, 0.9))
        return float(drawn[0]), float(drawn[1])

    def drawn(self, terms: Terms, place: int, draws: int, seed: int) -> Floats:
        """What one customer brings within the terms in each of so many draws; see `between`."""
        rng = np.random.default_rng(seed)
        r, alpha, a, b = self.buying.parameters
        p, q, gamma = self.spending.parameters
        x, age = float(self.repeats[place]), float(self.age[place])
        mean = float(np.nan_to_num(self.value[place]))
        rate = rng.gamma(r + x, 1 / (alpha + age), draws)
        stops = rng.beta(a, b + x, draws)
        scale = 1 / rng.gamma(q + p * x, 1 / (gamma + x * mean), draws)
        going = np.flatnonzero(rng.random(draws) < self.alive()[place])
        now, brought = np.zeros(draws), np.zeros(draws)
        while len(going):
            now[going] += rng.exponential(1 / rate[going])
            going = going[now[going] <= terms.months * MONTH_DAYS]
            worth_today = (1 + terms.discount) ** (-now[going] / (12 * MONTH_DAYS))
            brought[going] += rng.gamma(p, scale[going]) * worth_today
            going = going[rng.random(len(going)) > stops[going]]
        return brought * (1.0 if terms.margin is None else terms.margin)

    def error(self, terms: Terms, which: np.ndarray) -> float:
        """The standard error of the mean worth of some of them, from that of the models' parameters."""

        def mean(parameters: tuple[Floats, ...]) -> float:
            buying, spending = parameters
            part = Buyers(self.repeats[which], self.span[which], self.age[which], self.value[which])
            worth = part._worth(terms, BuyingParameters(*buying.tolist()), SpendingParameters(*spending.tolist()))
            return float(worth.mean())

        return delta((self.buying.fit, self.spending.fit), mean)

    def _worth(self, terms: Terms, buying: BuyingParameters, spending: SpendingParameters) -> Floats:
        alive = chance_alive(buying, self.repeats, self.span, self.age)
        return np.asarray(self._while_buying(terms, buying, spending) * alive, dtype=np.float64)

    def _while_buying(self, terms: Terms, buying: BuyingParameters, spending: SpendingParameters) -> Floats:
        (repeats, age), place = distinct(self.repeats, self.age)
        ends = np.arange(1, terms.months + 1) * MONTH_DAYS
        until = np.stack([while_alive(buying, repeats, age, end) for end in ends])
        discounted = terms.weights @ np.diff(until, axis=0, prepend=0.0)
        margin = 1.0 if terms.margin is None else terms.margin
        spent = expected_spend(spending, self.repeats, self.value)
        return np.asarray(discounted[place] * spent * margin, dtype=np.float64)

    def _refused(self) -> CannotTell:
        if not len(self.repeats):
            return CannotTell(Message("customers.no_purchases"))
        again = int((self.repeats > 0).sum())
        if again < FEWEST:
            return CannotTell(Message("customers.too_few_again", {"n": again, "needed": FEWEST}))
        return CannotTell(Message("customers.no_pattern"))
