/* SPDX-License-Identifier: MIT */
/*
 * The seal of a run file, over any bytes: what opens a file before HDF5 does. Under an even first byte the rest gets the seal that it must
 * have, worked out here, and the file is whole; then one bit of it is changed, or its end cut off, and it is not. Under an odd one the
 * bytes are the file, which is as good as the seal that it may happen to have.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/result/target.h"
#include "targets.h"

static const char magic[8] = "\x89HDF\r\n\x1a\n";

static void seal(const uint8_t *bytes, size_t n, char line[PLACE_SEAL_SIZE + 1]) {
    unsigned char digest[32];
    EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL);
    int length = sprintf(line, "\nplacesim sha256 ");
    for (size_t i = 0; i < sizeof digest; i++) length += sprintf(line + length, "%02x", digest[i]);
    line[length] = '\n';
    line[length + 1] = '\0';
}

/* Whether the bytes are a run file as far as the seal goes. */
static bool is_whole(const uint8_t *bytes, size_t n) {
    char line[PLACE_SEAL_SIZE + 1];
    if (n < sizeof magic + PLACE_SEAL_SIZE || memcmp(bytes, magic, sizeof magic) != 0) return false;
    seal(bytes, n - PLACE_SEAL_SIZE, line);
    return memcmp(bytes + n - PLACE_SEAL_SIZE, line, PLACE_SEAL_SIZE) == 0;
}

static void check(const uint8_t *bytes, size_t n) {
    char path[200];
    int64_t size = -1;
    int file = -1;
    place_error err = { 0 };
    fuzz_write(path, fuzz_folder(), "sealed.h5", bytes, n);
    place_status status = place_seal_verify(&file, path, &place_system_files, &size, &err);
    if ((status == PLACE_OK) != (file >= 0)) fuzz_fail("status %d, and the file is %s", (int)status, file >= 0 ? "open" : "not open");
    if (file >= 0) close(file);
    if ((status == PLACE_OK) != is_whole(bytes, n)) fuzz_fail("a file of %zu bytes is accepted: %d; %s", n, status == PLACE_OK, err.message);
    if (status == PLACE_OK && size != (int64_t)(n - PLACE_SEAL_SIZE)) fuzz_fail("a file of %zu bytes has %lld", n, (long long)size);
    if (status != PLACE_OK && (status != PLACE_NO || err.status != PLACE_SYSTEM)) fuzz_fail("status %d, error of %d", (int)status, (int)err.status); /* it was read */
    fuzz_check_sentence(err.message, status == PLACE_OK);
}

int fuzz_seal(const uint8_t *bytes, size_t size) {
    if (size == 0 || size > 4096) return 0;
    if (bytes[0] % 2 == 1) {
        check(bytes + 1, size - 1);
        return 0;
    }
    char line[PLACE_SEAL_SIZE + 1], ours[PLACE_SEAL_SIZE + 1];
    size_t n = sizeof magic + size - 1, whole = n + PLACE_SEAL_SIZE;
    uint8_t *file = malloc(whole);
    if (file == NULL) fuzz_fail("memory is out");
    memcpy(file, magic, sizeof magic);
    memcpy(file + sizeof magic, bytes + 1, size - 1);
    seal(file, n, line);
    if (!place_seal_of(file, n, ours) || strcmp(line, ours) != 0) fuzz_fail("the seal is '%s'", ours);
    memcpy(file + n, line, PLACE_SEAL_SIZE);
    if (!is_whole(file, whole)) fuzz_fail("the target's own seal does not hold");
    check(file, whole);
    unsigned at = fuzz_hash(bytes, size);
    if (at % 2 == 0) {
        file[at / 16 % whole] ^= (uint8_t)(1u << at / 2 % 8);
        check(file, whole);
    } else check(file, at / 2 % whole);
    free(file);
    return 0;
}
