/* SPDX-License-Identifier: MIT */
/* libxml2 for targets that call parts of src/scenario, which close its channels for messages only while they load a whole document. */
#include <libxml/xmlerror.h>

#include "../../src/scenario/document_internal.h"
#include "targets.h"

static void ignore_fault(void *self, xmlErrorPtr fault) {
    (void)self;
    (void)fault;
}

static void ignore_message(void *self, const char *format, ...) {
    (void)self;
    (void)format;
}

void fuzz_start_libxml(void) {
    static bool started;
    if (started) return;
    if (!place_schema_init()) fuzz_fail("the schema is faulty"); /* it starts libxml2 */
    xmlSetStructuredErrorFunc(NULL, ignore_fault);
    xmlSetGenericErrorFunc(NULL, ignore_message);
    started = true;
}
