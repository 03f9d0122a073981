# SPDX-License-Identifier: MIT
"""Reads the released statistics that the shared rates are worked out from: one function a file, nothing computed here.

The folder holds cut-down copies of the Department for Education's "Education, health and care plans" (SEN2) releases of
2022 and 2025 and of the Office for National Statistics' mid-2020 estimates, one CSV a subject, with these columns (others
are passed over):

  sen2_caseload_by_ageband_la_2010_2022.csv             la_name, jan_year, age_band, plans
  sen2_caseload_by_setting_la_2010_2022.csv             la_name, jan_year, total, mainstream, mainstream_indep, rp_unit, ...
  sen2_flows_la_2014_2021.csv                           la_name, cal_year, new_plans, ceased_*
  england_sen2_caseload_single_age_by_setting_2024_2025.csv   jan_year, age, a column a setting
  england_sen2_new_plans_by_age_setting_2022_2024.csv   cal_year, age_started, a column a setting
  england_sen2_primary_need_mix_2025.csv                stock_or_flow, topic, breakdown, a column a need
  ons_mid2020_population_age0_25.csv                    age, a column an authority

They are published under the Open Government Licence and not shipped here.
"""
import csv
from pathlib import Path

NEEDS = {"asd": ["asd"], "semh": ["semh"], "slcn": ["slcn"], "cognition": ["mld", "spld"], "severe": ["sld", "pmld"],
         "physical-sensory": ["hi", "msi", "oth", "pd", "vi"]}
SETTINGS = {"mainstream": ["mainstream", "mainstream_indep", "early_years"], "resource-base": ["rp_unit"],
            "special": ["special_state"], "independent": ["special_inmss"], "alternative": ["ap"], "fe": ["fe_post16"],
            "eotas": ["elsewhere", "other"], "awaiting": ["awaiting"], "neet": ["neet"]}
# The placements by which needs are published, for each of our settings.
PLACEMENTS = {"mainstream": ["Mainstream - total", "Non-maintained early years"],
              "resource-base": ["Mainstream - LA maintained (SEN unit)", "Mainstream - LA maintained (resourced provision)",
                                "Mainstream - academy (SEN unit)", "Mainstream - academy (resourced provision)",
                                "Mainstream - free school (SEN unit)", "Mainstream - free school (resourced provision)"],
              "special": ["Special - LA maintained", "Special - Academy/free schools"],
              "independent": ["Special - independent", "Special - non-maintained"], "alternative": ["AP/PRU - total"],
              "fe": ["FE - total"],
              "eotas": ["Educated elsewhere - elective home education", "Educated elsewhere - online provider",
                        "Educated elsewhere - other arrangements by LA", "Educated elsewhere - other arrangements by parents",
                        "Educated elsewhere - other placement settings", "Educated elsewhere - other schools and establishments",
                        "Educated elsewhere - Welsh establishment"],
              "awaiting": ["Educated elsewhere - not in education or training (compulsory school age)"],
              "neet": ["Educated elsewhere - NEET", "Educated elsewhere - not in education or training (notice to cease issued)",
                       "Educated elsewhere - not in education or training (other)"]}
AGE_BANDS = {"Under 5": range(2, 5), "Age 5 to 10": range(5, 11), "Age 11 to 15": range(11, 16),
             "Age 16 to 19": range(16, 20), "Age 20 to 25": range(20, 26)}


def number(text):
    return float(text) if text else 0.0


def age_of(words):
    """Age in years: 'under 3' and 'age 2 and under' are 2, 'age 20 and over' 20."""
    return 2 if words in ("under 3", "age 2 and under") else int(words.split()[1])


class Released:
    def __init__(self, folder):
        self.folder = Path(folder)

    def rows(self, name):
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)

    def stock_by_setting(self, authority, january):
        """Plans by our settings; those of unknown setting stand with EOTAS' 'other'."""
        for row in self.rows("sen2_caseload_by_setting_la_2010_2022.csv"):
            if row["la_name"] == authority and int(row["jan_year"]) == january:
                return {s: int(sum(number(row[c]) for c in columns)) for s, columns in SETTINGS.items()}
        raise KeyError((authority, january))

    def stock_by_band(self):
        """{(authority, january): {age band: plans}}, band 'Total' too."""
        stock = {}
        for row in self.rows("sen2_caseload_by_ageband_la_2010_2022.csv"):
            if row["plans"]:
                stock.setdefault((row["la_name"], int(row["jan_year"])), {})[row["age_band"]] = int(row["plans"])
        return stock

    def flows(self):
        """{(authority, calendar year): {new, ceased (transfers left out), transferred}}; a count that is missing is None."""
        flows = {}
        for row in self.rows("sen2_flows_la_2014_2021.csv"):
            parts = [row[c] for c in ("ceased_needs_met", "ceased_left_school", "ceased_other")]
            flows[row["la_name"], int(row["cal_year"])] = {
                "new": number(row["new_plans"]) if row["new_plans"] else None,
                "ceased": sum(map(number, parts)) if all(parts) else None,
                "transferred": number(row["ceased_transfer_la"]) if row["ceased_transfer_la"] else None}
        return flows

    def authorities(self):
        """Names of local authorities (no regions, not England)."""
        return sorted({row["la_name"] for row in self.rows("sen2_flows_la_2014_2021.csv")
                       if row["la_code"].startswith(("E06", "E08", "E09", "E10"))})

    def population(self, authority):
        return {int(row["age"]): int(row[authority]) for row in self.rows("ons_mid2020_population_age0_25.csv")}

    def england_stock(self, january):
        """{age: {setting: plans}} of England."""
        return {age_of(row["age"]): {s: sum(number(row[c]) for c in columns) for s, columns in SETTINGS.items()}
                for row in self.rows("england_sen2_caseload_single_age_by_setting_2024_2025.csv") if int(row["jan_year"]) == january}

    def england_first_placement(self, year):
        """{age: {setting: new plans}} of England."""
        return {age_of(row["age_started"]): {s: sum(number(row[c]) for c in columns) for s, columns in SETTINGS.items()}
                for row in self.rows("england_sen2_new_plans_by_age_setting_2022_2024.csv") if int(row["cal_year"]) == year}

    def england_needs(self, flow, topic):
        """{breakdown: {need: plans}} of England; flow all_plans_jan2025 or new_plans_2024."""
        return {row["breakdown"]: {n: sum(number(row[c]) for c in columns) for n, columns in NEEDS.items()}
                for row in self.rows("england_sen2_primary_need_mix_2025.csv")
                if row["stock_or_flow"] == flow and row["topic"] == topic}
