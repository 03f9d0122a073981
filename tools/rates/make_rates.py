#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the tables of the shared rates and of the authorities that extend them, from the released statistics.

  scenarios/england-rates-new-plans.csv       new plans for each young person, by ncy and need
  scenarios/england-rates-stock-shape.csv     weights with which an authority's counts are fitted
  scenarios/england-rates-population.csv      the average authority, England over 150
  scenarios/wiltshire-2020-population.csv, scenarios/cambridgeshire-2020-population.csv      by area
  scenarios/wiltshire-2020-new-plans.csv, scenarios/cambridgeshire-2020-new-plans.csv        at the authority's own level

and, with --fit, prints what was known of an authority in a January (fit.py says how): the figures in the scenarios.

Usage: tools/rates/make_rates.py RELEASED [--to FOLDER] [--fit AUTHORITY YEAR]
RELEASED is the folder of the released files (released.py names them). Python's library is enough.
"""
import argparse
import math
from pathlib import Path

from fit import Series, cease_at
from released import NEEDS, PLACEMENTS, Released

N_AVERAGE = 150
BASE_YEAR = 2019        # calendar year whose new plans set the level of the rates: of the academic year in which it opens
AREAS = {   # shares of an authority's young people by area; see the scenarios for their sources
    "Wiltshire": {"wiltshire-north": 0.40, "wiltshire-south": 0.32, "wiltshire-west": 0.28},
    "Cambridgeshire": {"cambridge": 0.16, "east-cambridgeshire": 0.145, "fenland": 0.155, "huntingdonshire": 0.275,
                       "south-cambridgeshire": 0.265},
}


def write_table(path, remarks, columns, rows):
    lines = ["# " + remark for remark in remarks] + [",".join(columns)] + [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def four(value):
    return f"{value:.4g}"


def new_plan_shape(released):
    """{(age, need): England's new plans of 2024}, each third of an age that starts in the next academic year a year older."""
    by_age = {}
    for words, needs in released.england_needs("new_plans_2024", "Child or young persons age").items():
        age = 2 if words == "age 2 and under" else int(words.split()[1])
        for need, plans in needs.items():
            # Two thirds of a calendar year's plans start in the academic year in which it opens, a third in the next.
            by_age[age, need] = by_age.get((age, need), 0) + plans * 2 / 3
            if age < 24:
                by_age[age + 1, need] = by_age.get((age + 1, need), 0) + plans / 3
    return by_age


def new_plan_rates(released):
    """{(age, need): new plans a year for each young person} at the level of the academic year in which the base year opens."""
    population, shape = released.population("England"), new_plan_shape(released)
    total = sum(shape.values())
    before, level = (released.flows()["England", year]["new"] for year in (BASE_YEAR - 1, BASE_YEAR))
    level *= (before / level) ** (1 / 3)            # a calendar year's middle lies a third of the way to the next academic year
    return {(age, need): plans / total * level / population[age] for (age, need), plans in shape.items()}


def rates_by_age(released):
    by_age = {}
    for (age, _), rate in new_plan_rates(released).items():
        by_age[age] = by_age.get(age, 0) + rate
    return by_age


def make_new_plans(released, folder, file, remarks, factor=1.0):
    """England's rates by ncy and need times a factor: an authority's level."""
    rates = new_plan_rates(released)
    write_table(folder / file, [
        *remarks, "Shape: England's new plans of 2024 by age and primary need (SEN2 2025 release), a third of each age a year group higher (plans",
        "of September to December), over ONS mid-2020 population of England by single age. Written by tools/rates."],
        ["ncy", "need", "value"],
        [(age - 4, need, four(rates[age, need] * factor)) for age in range(2, 25) for need in NEEDS if rates.get((age, need), 0) > 0])


def own_new_plans(released, series, folder, file, name, january):
    """An authority's own table, at the level that was known of it in that January. Returns what was known."""
    known = series.fit(name, january)
    last = january - 1
    flows = released.flows()
    base = flows["England", BASE_YEAR]["new"] ** (2 / 3) * flows["England", BASE_YEAR - 1]["new"] ** (1 / 3)
    nation = known["england_new"][last] * math.exp(-known["growth"] / 3) / base
    ratios = ", ".join(f"{ratio:.2f} in {year}" for year, ratio in known["ratios"].items())
    make_new_plans(released, folder, file, [
        f"New EHC plans a year for each young person, {name}, academic year {last - 1}/{last % 100}, by national curriculum year and need.",
        f"Level: {known['level']:.3f} of England's rates of that year, from new plans over those that England's rates give here, {ratios}",
        f"(tools/rates/fit.py); England's were {nation:.3f} of those of 2018/19 in england-rates-new-plans.csv."], known["level"] * nation)
    return known


def make_stock_shape(released, folder):
    stock = released.england_stock(2024)
    all_needs = released.england_needs("all_plans_jan2025", "All EHC plans")["All EHC plans"]
    by_age = {(2 if words == "under 3" else int(words.split()[1])): needs
              for words, needs in released.england_needs("all_plans_jan2025", "Child or young persons age").items()}
    by_placement = released.england_needs("all_plans_jan2025", "Type of placement")

    def shares(needs):
        total = sum(needs.values())
        return {need: plans / total for need, plans in needs.items()}
    for age, plans in stock.items():               # releases since 2024 count those awaiting provision as out of education
        plans["awaiting"], plans["neet"] = (plans["neet"], 0) if age < 16 else (0, plans["neet"])
        if age < 16:
            plans["fe"] = 0                        # a handful, miscoded
    overall, rows = shares(all_needs), []
    for setting, placements in PLACEMENTS.items():
        in_setting = shares({need: sum(by_placement[p][need] for p in placements) for need in NEEDS})
        for age in range(2, 25):
            at_age = shares(by_age[age])
            for need in NEEDS:
                rows.append((setting, age - 4, need, four(stock[age][setting] * in_setting[need] * at_age[need] / overall[need])))
        rows.append((setting, "-4 -3", " ".join(NEEDS), 0))
    write_table(folder / "england-rates-stock-shape.csv", [
        "Weights with which an authority's opening counts are fitted: where, at what age and with what need plans are held in England.",
        "weight = plans at that age in that setting, England January 2024, x share of the need in the setting x its share at the age /",
        "its share among all plans (both January 2025). SEN2 2025 release. Mainstream holds independent mainstream and early-years",
        "settings too. Awaiting: those under 16 out of education. National curriculum year -2 stands for all below 3 years of age.",
        "Written by tools/rates/make_rates.py."],
        ["setting", "ncy", "need", "value"], rows)


def grow(released, who):
    """By what an authority's cohorts grow from age a to a + 1 below 4, against England's: families move in or out."""
    own, nation = released.population(who), released.population("England")
    share = {age: own[age] / nation[age] for age in range(5)}
    return {age: share[age + 1] / share[age] for age in range(4)}


def population(released, who, year):
    """{age: young people} in the academic year: mid-2020 aged on or back to age 17, as in mid-2020 from 18 on."""
    middle, moves = released.population(who), grow(released, who)
    births = (middle[0] + middle[1]) / 2
    out = {}
    for age in range(25):
        if age >= 18:
            out[age] = middle[age]
            continue
        then = age - (year - 2020)                 # the cohort's age in mid-2020
        people = births if then < 0 else middle[then if then < 18 else 18]
        for a in range(max(0, then), age):
            people *= moves.get(a, 1)
        for a in range(age, min(then, 4)):
            people /= moves.get(a, 1)
        out[age] = people if then < 18 else middle[age]
    return out


def population_remarks(who, extra=()):
    return [f"Young people of {who} by national curriculum year (age at 31 August less 4) and academic year (named by its September).",
            "From: ONS mid-2020 population estimates by single year of age; age at 30 June is taken for age at 31 August. Other years age",
            "these on or back: below 5 by the change in the authority's share of England's children (families move), from 5 to 17 without",
            "change; births are the mean of ages 0 and 1; from 18 on as in mid-2020 (students come and go). Written by tools/rates/make_rates.py.",
            *extra]


def make_population(released, folder, who, file, years, areas, divide=1, remarks=()):
    rows = [(area, age - 4, year, round(people * share / divide)) for area, share in areas.items() for year in years
            for age, people in population(released, who, year).items()]
    write_table(folder / file, population_remarks(who, remarks), ["area", "ncy", "year", "value"], rows)


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("released", type=Path)
    reader.add_argument("--to", type=Path, default=Path(__file__).resolve().parents[2] / "scenarios")
    reader.add_argument("--fit", nargs=2, metavar=("AUTHORITY", "YEAR"))
    asked = reader.parse_args()
    released = Released(asked.released)
    if asked.fit:
        series = Series(released, rates_by_age(released))
        january = int(asked.fit[1])
        known = series.fit(asked.fit[0], january)
        for name, value in known.items():
            print(f"{name:18} {value}")
        print(f"{'cease by ncy':18}", {age - 4: round(cease_at(age, known["leaving"]), 3) for age in range(15, 24)})
        print(f"{'stock sd (check)':18} {series.growth_spread(january - 1)}")
        return
    make_new_plans(released, asked.to, "england-rates-new-plans.csv", [
        "New EHC plans a year for each young person, England, academic year 2018/19, by national curriculum year and need.",
        "Level: 53,899 in calendar 2019, less a third of its growth of 10.2 % (SEN2 2022 release): 52,180."])
    make_stock_shape(released, asked.to)
    make_population(released, asked.to, "England", "england-rates-population.csv", range(2019, 2027), {"england": 1}, N_AVERAGE,
                    [f"Divided by {N_AVERAGE}, about the number of authorities: the average one."])
    series = Series(released, rates_by_age(released))
    for who in AREAS:
        own_new_plans(released, series, asked.to, f"{who.lower()}-2020-new-plans.csv", who, 2020)
        make_population(released, asked.to, who, f"{who.lower()}-2020-population.csv", range(2019, 2027), AREAS[who],
                        remarks=["Areas: the same share of every age; the scenario says where the shares are from."])


if __name__ == "__main__":
    main()
