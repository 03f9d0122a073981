/* SPDX-License-Identifier: MIT */
/*
 * Civil dates from day numbers and back. A year is taken to start on 1 March, so that the leap day is its last and the
 * lengths of the months before a given month follow one linear formula; 400 such years have 146,097 days.
 */
#include "place/date.h"

#include <ctype.h>
#include <stdio.h>

enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, EPOCH_FROM_ERA_0 = 719468 /* 0000-03-01 to 1970-01-01 */ };

int32_t place_day(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - (YEARS_PER_ERA - 1)) / YEARS_PER_ERA;
    int year_of_era = y - era * YEARS_PER_ERA;
    int month_from_march = (month + 9) % 12;
    int day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_ERA_0;
}

place_date place_day_date(int32_t day) {
    int shifted = day + EPOCH_FROM_ERA_0;
    int era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int day_of_era = shifted - era * DAYS_PER_ERA;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    place_date date;
    date.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    date.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    date.year = year_of_era + era * YEARS_PER_ERA + (date.month <= 2 ? 1 : 0);
    return date;
}

bool place_date_read(const char *text, int32_t *day) {
    static const char form[] = "dddd-dd-dd";
    for (int i = 0; i < 10; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i]) return false;
    if (text[10] != '\0') return false;
    int n[8], k = 0;
    for (int i = 0; i < 10; i++)
        if (form[i] == 'd') n[k++] = text[i] - '0';
    int year = n[0] * 1000 + n[1] * 100 + n[2] * 10 + n[3], month = n[4] * 10 + n[5], d = n[6] * 10 + n[7];
    if (year < 1 || month < 1 || month > 12 || d < 1 || d > 31) return false;
    int32_t result = place_day(year, month, d);
    place_date back = place_day_date(result);
    if (back.month != month || back.day != d) return false; /* 31 April and its like */
    *day = result;
    return true;
}

void place_day_text(int32_t day, char out[11]) {
    place_date date = place_day_date(day);
    char text[40];
    snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
    for (int i = 0; i < 10; i++) out[i] = text[i];
    out[10] = '\0';
}

int place_day_academic_year(int32_t day) {
    place_date date = place_day_date(day);
    return date.month >= 9 ? date.year : date.year - 1;
}

int place_day_financial_year(int32_t day) {
    place_date date = place_day_date(day);
    return date.month >= 4 ? date.year : date.year - 1;
}
