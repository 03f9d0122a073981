/* SPDX-License-Identifier: MIT */
/* How numbers, chances and days are written for people: with the digits that their Monte Carlo error supports. */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "place/report.h"

/* Decimals that the error leaves: a last digit's unit is at least half of it. Negative: tens, hundreds ... */
static int supported(double error, int most) {
    if (!(error > 0)) return most;
    int decimals = (int)floor(-log10(error / 2));
    return decimals < most ? decimals : most;
}

const char *place_report_mean(double mean, double error, int most, char out[32]) {
    if (isnan(mean)) return strcpy(out, "");
    int decimals = supported(error, most);
    if (!(error > 0) && mean == floor(mean)) decimals = 0; /* the same in every replication */
    double unit = decimals < 0 ? pow(10, -decimals) : 1;
    snprintf(out, 32, "%.*f", decimals > 0 ? decimals : 0, round(mean / unit * 1e9) / 1e9 * unit);
    if (decimals < 0) snprintf(out, 32, "%.0f", round(mean / unit) * unit);
    return strcmp(out, "-0") == 0 ? strcpy(out, "0") : out;
}

const char *place_report_spread(const place_spread *spread, int most, char out[80]) {
    char mean[32];
    if (spread->n == 0) return strcpy(out, "");
    place_report_mean(spread->mean, spread->error, most, mean);
    if (spread->p10 == spread->p90) snprintf(out, 80, "%s", mean);
    else snprintf(out, 80, "%s (%.0f-%.0f)", mean, spread->p10, spread->p90);
    return out;
}

const char *place_report_share(const place_chance *chance, char out[48]) {
    if (isnan(chance->share)) return strcpy(out, "");
    int decimals = chance->error > 0 && chance->error < 0.001 ? 1 : 0;
    double unit = decimals == 1 ? 0.1 : 1, shown = round(100 * chance->share / unit) * unit;
    if (chance->share > 0 && shown <= 0) snprintf(out, 48, "<%.*f %%", decimals, unit);
    else if (chance->share < 1 && shown >= 100) snprintf(out, 48, ">%.*f %%", decimals, 100 - unit);
    else snprintf(out, 48, "%.*f %%", decimals, shown);
    return out;
}

const char *place_report_chance(const place_chance *chance, char out[48]) {
    char *sign;
    place_report_share(chance, out);
    if ((sign = strchr(out, ' ')) != NULL) *sign = '\0';
    if (out[0] == '\0' || out[0] == '<' || out[0] == '>' || !(chance->error > 0)) return out;
    size_t used = strlen(out);
    double error = 100 * chance->error;
    snprintf(out + used, 48 - used, " \u00b1%.*f", error < 0.095 ? 2 : error < 0.95 ? 1 : 0, error);
    return out;
}

const char *place_report_day(double day, char out[24]) {
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    if (isnan(day)) return strcpy(out, "");
    if (isinf(day)) return strcpy(out, "never");
    place_date date = place_day_date((int32_t)day);
    snprintf(out, 24, "%d %s %d", date.day, months[date.month - 1], date.year);
    return out;
}

const char *place_report_iso(double day, char out[24]) {
    if (isnan(day)) return strcpy(out, "");
    if (isinf(day)) return strcpy(out, "never");
    place_day_text((int32_t)day, out);
    return out;
}

const char *place_report_year(const place_plan *plan, int32_t year, char out[16]) {
    int first = plan->calendar.first_year + year;
    snprintf(out, 16, "%d/%02d", first, (first + 1) % 100);
    return out;
}

const char *place_report_september(const place_plan *plan, int32_t year, char out[16]) {
    snprintf(out, 16, "Sep %d", plan->calendar.first_year + year);
    return out;
}

const char *place_report_reading(const place_plan *plan, place_reading reading, int32_t year, bool interpolated, char out[48]) {
    char academic[16];
    int first = plan->calendar.first_year + year;
    place_report_year(plan, year, academic);
    switch (reading) {
    case PLACE_READING_JANUARY: snprintf(out, 48, "January %d%s", first + 1, interpolated ? " (interpolated)" : ""); break;
    case PLACE_READING_MEAN: snprintf(out, 48, "%s (mean of its closes)", academic); break;
    case PLACE_READING_ANY: snprintf(out, 48, "%s (worst of its readings)", academic); break;
    case PLACE_READING_SEPTEMBER:
    case PLACE_N_READINGS: snprintf(out, 48, "September %d", first); break;
    }
    return out;
}

const char *place_report_reading_short(const place_plan *plan, place_reading reading, int32_t year, bool interpolated, char out[48]) {
    char text[16];
    if (reading == PLACE_READING_SEPTEMBER) snprintf(out, 48, "%s", place_report_september(plan, year, text));
    else if (reading == PLACE_READING_JANUARY)
        snprintf(out, 48, "Jan %d%s", plan->calendar.first_year + year + 1, interpolated ? ", interpolated" : "");
    else snprintf(out, 48, "%s", place_report_year(plan, year, text));
    return out;
}

const char *place_report_quality(place_quality quality) {
    static const char *const words[] = { "", "observed", "pooled", "national", "elicited", "guess" };
    return words[quality];
}

const char *place_report_heading(const char *words, size_t width, char *out, size_t room) {
    size_t column = 0;
    snprintf(out, room, "%s", words);
    for (char *at = out; *at != '\0';) {
        size_t n = strcspn(at, " ");
        if (column > 0 && column + 1 + n > width) {
            at[-1] = '\n';
            column = n;
        } else
            column += n + (column > 0);
        at += n;
        if (*at == ' ') at++;
    }
    return out;
}
