/* SPDX-License-Identifier: MIT */
/* Revenue: what each financial year costs and brings, what is left, and what that is worth today. */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "summary_internal.h"

double place_present_value(const double *values, size_t n, double rate, bool at_start) {
    double value = 0;
    for (size_t i = n; i-- > 0;) value = value / (1 + rate) + values[i]; /* as the first year's money falls */
    return at_start ? value : value / (1 + rate);
}
