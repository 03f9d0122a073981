/* SPDX-License-Identifier: MIT */
/**
 * Real days: a day is the number of days since 1 January 1970 in the Gregorian calendar. The academic year starts on
 * 1 September, the financial year on 1 April; either is named by the calendar year in which it starts.
 */
#ifndef PLACE_DATE_H
#define PLACE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#define PLACE_DAYS_PER_WEEK 7.0
#define PLACE_DAYS_PER_MONTH (365.25 / 12.0)
#define PLACE_DAYS_PER_YEAR 365.25

typedef struct place_date {
    int year, month, day; /**< month 1..12, day 1..31 */
} place_date;

int32_t place_day(int year, int month, int day);     /**< of a valid date, years 1 .. 9999              */
place_date place_day_date(int32_t day);              /**< the inverse                                   */
bool place_date_read(const char *text, int32_t *day); /**< "2021-09-01" exactly, a real date; else false */
void place_day_text(int32_t day, char out[11]);      /**< "2021-09-01"                                  */
int place_day_academic_year(int32_t day);            /**< 2021 from 2021-09-01 to 2022-08-31            */
int place_day_financial_year(int32_t day);           /**< 2021 from 2021-04-01 to 2022-03-31            */

#endif
