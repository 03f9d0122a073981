/* SPDX-License-Identifier: MIT */
/** Every suite of the test program; tests/main.c has the table that names them. */
#ifndef PLACE_TESTS_SUITES_H
#define PLACE_TESTS_SUITES_H

#include <check.h>

Suite *base_suite(void);
Suite *random_suite(void);
Suite *distribution_suite(void);
Suite *result_suite(void);
Suite *durable_suite(void);
Suite *faults_suite(void);
Suite *disks_suite(void);
Suite *power_suite(void);
Suite *run_suite(void);
Suite *document_suite(void);
Suite *number_suite(void);
Suite *scenario_suite(void);
Suite *plan_suite(void);
Suite *totals_suite(void);
Suite *opening_fit_suite(void);
Suite *summary_suite(void);
Suite *reading_suite(void);
Suite *variance_suite(void);
Suite *table_suite(void);
Suite *difference_suite(void);
Suite *replay_suite(void);
Suite *verify_suite(void);
Suite *trace_suite(void);
Suite *cli_suite(void);
Suite *child_suite(void);
Suite *model_suite(void);
Suite *closed_forms_suite(void);
Suite *conservation_suite(void);
Suite *metamorphic_suite(void);
Suite *pipeline_suite(void);
Suite *trigger_suite(void);
Suite *money_suite(void);
Suite *changes_suite(void);
Suite *hostile_suite(void);
Suite *fuzz_suite(void);
Suite *reference_suite(void);
Suite *exact_suite(void);
Suite *identities_suite(void);
Suite *laws_suite(void);
Suite *memory_suite(void);

#endif
