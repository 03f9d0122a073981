/* SPDX-License-Identifier: MIT */
/* Which libraries write run files, for whoever has to tell one build from another: bytes are equal for the same versions. And a digest of
 * theirs, for whoever has bytes of his own. */
#include <hdf5.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>

#include "digest.h"
#include "place/runfile.h"

const char *place_runfile_libraries(void) {
    return H5_VERS_INFO "; libdeflate " LIBDEFLATE_VERSION_STRING "; " OPENSSL_VERSION_TEXT;
}

void place_runfile_sha256(char out[PLACE_DIGEST_TEXT], const void *bytes, size_t size) {
    uint8_t digest[PLACE_DIGEST_SIZE];
    out[0] = '\0';
    if (EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL) == 1) place_digest_text(digest, out);
}
