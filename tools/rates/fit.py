# SPDX-License-Identifier: MIT
"""What an authority's levels were, as far as they were known in the January at which a scenario starts.

Nothing counted after that January enters: an authority's and England's flows up to the calendar year before, the panel of
all authorities up to it. Shapes by single age and the population estimates are of later years, since there are no earlier ones.

new plans   The panel's sd of a year's log change in new plans, beyond Poisson noise, by the median absolute deviation (a
            third of authorities have breaks in recording), mean square over the years known; it is sqrt(2 (1 - phi)) sigma of an
            AR(1) level, with phi 0.57 (measured on 144 authorities over changes of 1 to 5 years).
            An authority's level: log of its new plans over England's rates on its own population, a year at a time since 2016,
            is a + x_t + Poisson noise, with a ~ normal(0, 0.3) between authorities and x_t that AR(1). Conditioning on the
            years known gives a, its sd and the last x. What is left of a's error after two years is (1 - phi^2) sd, for
            level and last effect were fitted together.
trend       Log growth of England's new plans over the last year known; growth 0.05, psi 0.7 and sd 0.05 are the
            program's defaults.
leaving     Plans ceased (transfers left out) over what England's rates of 2024 by age give on the January stock by age
            band, two years together; log ratio shrunk towards England's (between authorities sd 0.9; a year's own 0.5). The year
            effect from the panel's changes of that ratio, as for new plans.
transfers   What balances an authority's stock (the change of the year less new plans, plus all that ceased, over the stock),
            mean of the last three years from 2016 on with England's balance of the last year counted as a further year. In: that
            balance, at least 1 % (authorities do receive plans); out: plans recorded as transferred, the last two years' counts
            with England's share as the prior, and what the balance is below the share that enters: unrecorded leaving.
"""
import math
from statistics import median

from released import AGE_BANDS

PHI, BETWEEN, BETWEEN_LEAVING, OWN_YEAR_LEAVING = 0.57, 0.3, 0.9, 0.5

# Chance that a plan ceases in a year, transfers left out, by academic age: England 2024, ceased by age over plans at that age in
# January; from 20 on from the fall of the stock with age (ages at ceasing of 20 and over are published as one).
CEASE = {**{age: 0.002 for age in range(0, 4)}, **{age: 0.003 for age in range(4, 15)}, 15: 0.004, 16: 0.013, 17: 0.033,
         18: 0.163, 19: 0.286, 20: 0.30, 21: 0.34, 22: 0.37, 23: 0.43, 24: 1.0, 25: 1.0}


def spread(values):
    middle = median(values)
    return 1.4826 * median(abs(v - middle) for v in values)


def solve(matrix, right):
    """Gaussian elimination with pivots; the systems here have at most five unknowns."""
    n = len(right)
    rows = [list(matrix[i]) + [right[i]] for i in range(n)]
    for i in range(n):
        k = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[k] = rows[k], rows[i]
        for r in range(n):
            if r != i:
                f = rows[r][i] / rows[i][i]
                rows[r] = [a - f * b for a, b in zip(rows[r], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


class Series:
    """The released series with the shapes they are read with."""

    def __init__(self, released, new_plan_rates):
        """new_plan_rates: {age: England's new plans for each young person of that age}, of any one year."""
        self.released = released
        self.flows = released.flows()
        self.bands = released.stock_by_band()
        self.names = released.authorities()
        single = {age: sum(by_setting.values()) for age, by_setting in released.england_stock(2024).items()}
        self.within_band = {}
        for ages in AGE_BANDS.values():
            total = sum(single.get(age, 0) for age in ages)
            self.within_band.update({age: single.get(age, 0) / total for age in ages})
        self.rates = new_plan_rates

    def total(self, name, january):
        return self.bands[name, january]["Total"]

    def share_of_england(self, name):
        """The authority's part of England's new plans, were its rates by age England's."""
        def weighted(who):
            population = self.released.population(who)
            return sum(rate * population[age] for age, rate in self.rates.items())
        return weighted(name) / weighted("England")

    def expected_to_cease(self, name, january):
        bands = self.bands[name, january]
        return sum(bands.get(band, 0) * self.within_band[age] * CEASE[age] for band, ages in AGE_BANDS.items() for age in ages)

    def yearly_sigma(self, value, last, first):
        """Sigma of an AR(1) level whose yearly changes, beyond Poisson noise, spread over authorities as observed up to `last`."""
        squares = []
        for year in range(first, last + 1):
            pairs = [(value(name, year), value(name, year - 1)) for name in self.names]
            pairs = [(b, a) for b, a in pairs if a is not None and b is not None]
            changes = [math.log(b[0] / a[0]) for b, a in pairs]
            noise = sum(1 / b[1] + 1 / a[1] for b, a in pairs) / len(pairs)
            squares.append(max(0.0, spread(changes) ** 2 - noise))
        return math.sqrt(sum(squares) / len(squares) / (2 * (1 - PHI)))

    def new_plans_of(self, name, year):
        """(level, count) of a year, or None where there are fewer than 20."""
        new = self.flows.get((name, year), {}).get("new")
        return (new, new) if new is not None and new >= 20 else None

    def leaving_of(self, name, year):
        ceased = self.flows.get((name, year), {}).get("ceased")
        if ceased is None or ceased < 10 or (name, year) not in self.bands:
            return None
        return ceased / self.expected_to_cease(name, year), ceased

    def fit(self, name, january):
        """What was known of `name` in that January, as a dictionary of plain numbers."""
        last = january - 1
        england = {year: self.flows["England", year] for year in range(2015, last + 1)}
        out = {"name": name, "january": january, "plans": self.total(name, january)}

        sigma = self.yearly_sigma(self.new_plans_of, last, 2016)
        years = [year for year in range(max(2016, last - 2), last + 1)]
        share = self.share_of_england(name)
        news = [self.flows[name, year]["new"] for year in years]
        ratios = [math.log(new / (share * england[year]["new"])) for new, year in zip(news, years)]
        prior, n = BETWEEN ** 2, len(years)
        covariance = [[prior + sigma ** 2 * PHI ** abs(i - j) + (1 / news[i] if i == j else 0) for j in range(n)] for i in range(n)]
        weights = solve(covariance, ratios)
        level = prior * sum(weights)
        level_sd = math.sqrt(prior - prior * prior * sum(solve(covariance, [1.0] * n)))
        last_x = sum(sigma ** 2 * PHI ** (n - 1 - i) * weights[i] for i in range(n))
        growth = math.log(england[last]["new"] / england[last - 1]["new"])
        out.update(sigma=sigma, new=dict(zip(years, news)), england_new={y: england[y]["new"] for y in years}, growth=growth,
                   ratios=dict(zip(years, (math.exp(r) for r in ratios))), level=math.exp(level + sigma ** 2 / 2),
                   level_sd=level_sd * (1 - PHI ** 2), last_ratio=math.exp(last_x - sigma ** 2 / 2))

        def pooled(who):
            ceased = sum(self.flows[who, y]["ceased"] for y in (last - 1, last))
            return ceased, sum(self.expected_to_cease(who, y) for y in (last - 1, last))
        ceased, expected = pooled(name)
        own, nation = math.log(ceased / expected), math.log(pooled("England")[0] / pooled("England")[1])
        # Two neighbouring years of one authority are not two independent ones: 1.5.
        noise = OWN_YEAR_LEAVING ** 2 / 1.5 + 1 / ceased
        weight = BETWEEN_LEAVING ** 2 / (BETWEEN_LEAVING ** 2 + noise)
        out.update(leaving=math.exp(weight * own + (1 - weight) * nation), leaving_own=math.exp(own), leaving_england=math.exp(nation),
                   ceased=ceased, expected=expected, leaving_sigma=self.yearly_sigma(self.leaving_of, last, 2016))

        out["transfer_england"] = england[last]["transferred"] / self.total("England", last)
        out["transferred"] = sum(self.flows[name, y]["transferred"] for y in (last - 1, last))
        out["transfer_stock"] = sum(self.total(name, y) for y in (last - 1, last))
        balances = [self.balance(name, year) for year in years]
        out["balances"] = dict(zip(years, balances))
        out["balance_england"] = self.balance("England", last)
        out["balance"] = (out["balance_england"] + sum(balances)) / (len(balances) + 1)
        out["transfer_in"] = max(0.01, out["balance"])
        out["unrecorded"] = out["transfer_in"] - out["balance"]
        return out

    def balance(self, name, year):
        """What balances the stock of a calendar year, over the stock at its start."""
        flow, start = self.flows[name, year], self.total(name, year)
        return (self.total(name, year + 1) - start - flow["new"] + flow["ceased"] + flow["transferred"]) / start

    def growth_spread(self, last):
        """For comparison: sd over authorities of a year's log growth of all plans, mean square over the years known."""
        squares = []
        for year in range(2016, last + 1):
            squares.append(spread([math.log(self.total(n, year + 1) / self.total(n, year)) for n in self.names
                                   if (n, year) in self.bands and (n, year + 1) in self.bands]) ** 2)
        return math.sqrt(sum(squares) / len(squares))


def cease_at(age, factor):
    """A rate with its odds of staying raised to `factor`: hazards scale, and no rate passes 1."""
    return 1 - (1 - CEASE[age]) ** factor
