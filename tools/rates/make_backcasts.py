#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes scenarios/backcast-AUTHORITY-YEAR.xml with its tables of population and new plans: the authority two years before its scenario starts.

Each extends england-rates.xml and gives what was known of the authority in that January, derived as fit.py says: opening
stock, level of new plans, trend, year effects, leaving, transfers. tools/backcast.py runs them and holds the plans that
followed against them; those stand in the files as assumptions, which nothing computes from.

Usage: tools/rates/make_backcasts.py RELEASED [--to FOLDER]
"""
import argparse
import math
from pathlib import Path

from fit import Series, cease_at
from make_rates import own_new_plans, population, population_remarks, rates_by_age, write_table
from released import Released

STARTS = {"Rutland": 2019, "Wiltshire": 2018, "Cambridgeshire": 2018}
NCYS = {"Under 5": "-4..0", "Age 5 to 10": "1..6", "Age 11 to 15": "7..11", "Age 16 to 19": "12..15", "Age 20 to 25": "16..20"}


def whole(parts, total):
    """Whole numbers in proportion to parts that sum to the total, largest remainders first."""
    scale = total / sum(parts.values())
    out = {k: math.floor(v * scale) for k, v in parts.items()}
    for k in sorted(parts, key=lambda k: out[k] - parts[k] * scale)[:total - sum(out.values())]:
        out[k] += 1
    return out


def make(released, series, folder, name, january):
    low, last = name.lower(), january - 1
    known = own_new_plans(released, series, folder, f"backcast-{low}-{january}-new-plans.csv", name, january)
    start, file = f"backcast-{low}-{january}", f"backcast-{low}-{january}-population.csv"
    years = range(january - 1, january + 2)
    write_table(folder / file, population_remarks(name), ["area", "ncy", "year", "value"],
                [(low, age - 4, year, round(people)) for year in years for age, people in population(released, name, year).items()])

    settings = released.stock_by_setting(name, january)
    missing = known["plans"] - sum(settings.values())
    settings = whole(settings, known["plans"])
    bands = series.bands[name, january]
    recorded = known["transfer_england"]
    out_share = (known["transferred"] + recorded * 400) / (known["transfer_stock"] + 400) + known["unrecorded"]
    new = ", ".join(f"{n:.0f} in {y}" for y, n in known["new"].items())
    england = ", ".join(f"{n:,.0f}" for n in known["england_new"].values())
    ratios = ", ".join(f"{r:.2f}" for r in known["ratios"].values())
    balances = ", ".join(f"{100 * b:+.1f}" for b in known["balances"].values())
    cease = "\n".join(f'    <row ncy="{ncy}" value="{value}"/>' for ncy, value in
                      [("-4..-1", f"{cease_at(3, known['leaving']):.4f}"), ("0..10", f"{cease_at(4, known['leaving']):.4f}")]
                      + [(age - 4, f"{cease_at(age, known['leaving']):.3f}") for age in range(15, 24)])
    nowhere = "\n".join(
        f'    <row setting="{setting}" to="{to}" class="{why}" wait="1" status="{seat}" count="{settings[setting]}"/>'
        for setting, to, why, seat in (("awaiting", "special", "new-plan", "waiting"), ("neet", "fe", "transfer", "diverted"))
        if settings[setting])
    merged = f" {missing} statements, whose setting is not published, are spread as the rest." if missing else ""
    (folder / f"{start}.xml").write_text(f'''<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MIT -->
<!-- Written by tools/rates/make_backcasts.py: change that, not this. -->
<scenario xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="placesim.xsd"
          version="1" id="{start}" title="{name} as it could be forecast in January {january}" extends="england-rates.xml" replications="1000">
  <notes>
A back-cast: {name} from January {january}, two years on, with levels known by then (tools/rates/fit.py says how each
is derived). tools/backcast.py runs it and compares. Total plans only: its places are as many as its pupils, so what it says
of places means nothing. Shapes by age and the population estimates are later than the start; moves are England's.
  </notes>
  <remove ref="area england"/>
  <remove ref="site average-special-schools"/>
  <remove ref="site average-bases"/>
  <remove ref="table stock-waiting"/>
  <time start="{january}-01-01" steps="6" step="term"/>
  <area id="{low}" name="{name}"/>

  <stock date="{january}-01-01"/>
  <table name="stock-by-setting" source="SEN2 2022 release, {name}, January {january}: {known['plans']} plans.{merged}" quality="observed">
''' + "".join(f'    <row setting="{s}" count="{n}"/>\n' for s, n in settings.items() if n) + f'''  </table>
  <table name="stock-by-ncy" source="SEN2 2022 release, {name}, January {january}, by age band" quality="observed">
    ''' + " ".join(f'<row ncy="{ncy}" count="{bands.get(band, 0)}"/>' for band, ncy in NCYS.items()) + f'''
  </table>
  <table name="stock-by-area" source="one area" quality="observed"><row area="{low}" count="{known['plans']}"/></table>
''' + (f'''  <table name="stock-waiting" source="SEN2 2022 release; what they wait for is ours" quality="observed">
{nowhere}
  </table>
''' if nowhere else "") + f'''
  <table name="population" file="{file}" source="ONS mid-2020 estimates, aged back" date="2021-06-25" quality="observed"/>
  <table name="new-plans" file="backcast-{low}-{january}-new-plans.csv" quality="pooled"
         source="SEN2 2022 release: new plans {new}; England's {england}: {ratios} of what England's rates give" reason="level against England's: {known['level']:.2f}"/>
  <growth-error value="lognormal(mean=1, sd={known['level_sd']:.2f})" quality="pooled" source="SEN2 2022 release" reason="the level's error that is left after two years"/>
  <trend flow="new-plans" base-year="{january - 2}" last-growth="{known['growth']:.3f}" quality="national"
         source="SEN2 2022 release: England's new plans of {last - 1} and {last}" reason="the rest are the program's defaults"/>
  <year-effect flow="new-plans" phi="0.57" sigma="{known['sigma']:.2f}" last-ratio="{known['last_ratio']:.2f}" quality="pooled"
               source="SEN2 2022 release, all authorities, 2016 to {last}"/>
  <table name="cease" quality="pooled" source="SEN2 2022 release: {known['ceased']:.0f} ceased in {last - 1} and {last}, transfers left out; {known['expected']:.0f} by England's rates of 2024"
         reason="hazards of 2024 x {known['leaving']:.2f}: own {known['leaving_own']:.2f}, England {known['leaving_england']:.2f}">
{cease}
  </table>
  <year-effect flow="leave" phi="0.57" sigma="{known['leaving_sigma']:.2f}" quality="pooled" source="SEN2 2022 release, all authorities, 2016 to {last}"/>
  <table name="transfer-out" quality="pooled" source="SEN2 2022 release: {known['transferred']:.0f} of {known['transfer_stock']} plans in {last - 1} and {last}, England {100 * recorded:.1f} %"
         reason="and {100 * known['unrecorded']:.1f} % that leave unrecorded">
    <row value="beta(mean={out_share:.4f}, sd=0.007)"/>
  </table>
  <table name="transfer-in" quality="pooled" source="SEN2 2022 release: what balances the stock, {balances} % a year, England {100 * known['balance_england']:+.1f} % in {last}">
    <row value="gamma(mean={known['transfer_in']:.4f}, sd=0.007)"/>
  </table>

  <site id="{low}-special" name="Special schools" area="{low}" provision="special" ncy="-2..14" quality="guess" source="as many places as pupils">
    <places commissioned="{max(1, settings['special'])}"/>
  </site>
  <site id="{low}-bases" name="Resourced provision and SEN units" area="{low}" provision="resource-base" ncy="0..11" quality="guess" source="as many places as pupils">
    <places commissioned="{max(1, settings['resource-base'])}"/>
  </site>

  <assumption id="january-{last}" text="Plans a year before the start: for a straight line to compare with, not used." value="{series.total(name, last)}" source="SEN2 2022 release" quality="observed"/>
''' + "".join(f'''  <assumption id="january-{year}" text="Plans in January {year}: known only after the start, a test, not used." value="{series.total(name, year)}" source="SEN2 2022 release" quality="observed"/>
''' for year in (january + 1, january + 2)) + "</scenario>\n", encoding="utf-8")


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("released", type=Path)
    reader.add_argument("--to", type=Path, default=Path(__file__).resolve().parents[2] / "scenarios")
    asked = reader.parse_args()
    released = Released(asked.released)
    series = Series(released, rates_by_age(released))
    for name, january in STARTS.items():
        make(released, series, asked.to, name, january)


if __name__ == "__main__":
    main()
