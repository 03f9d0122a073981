/* SPDX-License-Identifier: MIT */
/* Which libraries write run files, for whoever has to tell one build from another: bytes are equal for the same versions. */
#include <hdf5.h>
#include <libdeflate.h>
#include <openssl/opensslv.h>

#include "place/runfile.h"

const char *place_runfile_libraries(void) {
    return H5_VERS_INFO "; libdeflate " LIBDEFLATE_VERSION_STRING "; " OPENSSL_VERSION_TEXT;
}
