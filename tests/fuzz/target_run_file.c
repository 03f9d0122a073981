/* SPDX-License-Identifier: MIT */
/*
 * Bytes of an HDF5 file changed at random and sealed again are HDF5's affair, and crash it. What is ours to answer for is a file that
 * HDF5 finds sound and that is not what we write: its objects, types, shapes and texts changed by whoever can use HDF5.
 */
#define _GNU_SOURCE /* memmem */
#include <hdf5.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/runfile.h"
#include "place/scenario.h"
#include "targets.h"

#define SEAL_SIZE 82
#define MAX_CHANGES 24
#define MAX_NAMES 200

static unsigned char *base; /* a run file of 3 replications */
static size_t base_size;
static char names[MAX_NAMES][80]; /* its objects, root and groups too */
static size_t n_names;
static char *kept_scenario; /* the base's own scenario */

static unsigned char *load(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) fuzz_fail("%s cannot be read", path);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size + SEAL_SIZE + 1);
    if (bytes == NULL || fread(bytes, 1, *size, file) != *size) fuzz_fail("%s cannot be read", path);
    fclose(file);
    return bytes;
}

static herr_t take_name(hid_t where, const char *name, const H5O_info_t *info, void *self) {
    (void)where;
    (void)info;
    (void)self;
    if (n_names < MAX_NAMES) snprintf(names[n_names++], sizeof names[0], "/%s", strcmp(name, ".") == 0 ? "" : name);
    return 0;
}

static void try_file(const char *path, int must_refuse, size_t first);

static void make_base(void) {
    static place_errors errors;
    char path[200];
    place_plan *plan = NULL;
    place_sink sink;
    place_error err = { 0 };
    fuzz_write(path, fuzz_folder(), "base.h5", "", 0);
    remove(path);
    static const char *const short_run[] = { "time/@steps=3" };
    if (place_scenario_load(&plan, "tests/hostile/base.xml", &(place_scenario_options){ .sets = short_run, .n_sets = 1 }, &errors) != PLACE_OK
        || place_runfile_create(&sink, path, plan, &(place_runfile_options){ .n_replications = 3 }, &err) != PLACE_OK
        || place_run(plan, &(place_run_options){ .n_replications = 3, .n_threads = 1 }, &sink, &err) != PLACE_OK)
        fuzz_fail("the base cannot be made: %s%s", err.message, errors.errors[0].message);
    place_plan_free(plan);
    base = load(path, &base_size);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0 || H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, take_name, NULL) < 0 || n_names < 20)
        fuzz_fail("the base's objects cannot be listed");
    H5Fclose(file);
    try_file(path, 0, 0);
    if (kept_scenario == NULL) fuzz_fail("the base cannot be read");
    remove(path);
}

/* ---- changes ---- */

static void write_values(hid_t object, unsigned with) {
    unsigned char values[4096];
    hid_t type = H5Dget_type(object), space = H5Dget_space(object);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    if (H5Tis_variable_str(type) > 0 && n > 0 && n < 500) {
        static const char *const texts[] = { "", "x", "site-that-is-not", "<scenario/>", "%n%s", "\xFF\xFE", "9999999999999999999" };
        const char *pointers[500];
        for (hssize_t i = 0; i < n; i++) pointers[i] = texts[(with + (unsigned)i) % 7];
        H5Dwrite(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers);
    } else if (n > 0 && (size_t)n * H5Tget_size(type) <= sizeof values) {
        memset(values, (int)with, sizeof values);
        H5Dwrite(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    }
    H5Sclose(space);
    H5Tclose(type);
}

typedef struct attribute_change {
    unsigned at, how, with;
} attribute_change;

static herr_t change_attribute(hid_t object, const char *name, const H5A_info_t *info, void *self) {
    attribute_change *change = self;
    (void)info;
    if (change->at-- > 0) return 0;
    char kept[80];
    snprintf(kept, sizeof kept, "%s", name);
    H5Adelete(object, kept);
    if (change->how % 4 == 0) return 1;
    static const char *const texts[] = { "", "0", "-1", "4294967296", "placesim", "days since 2021-13-45", "256" };
    const char *text = texts[change->with % 7];
    hsize_t length = change->with;
    int64_t number = change->with == 0 ? INT64_MIN : (int64_t)change->with * 1000003;
    hid_t type = change->how % 4 == 1 ? H5Tcopy(H5T_C_S1) : H5Tcopy(H5T_NATIVE_INT64);
    hid_t space = change->how % 4 == 3 ? H5Screate_simple(1, &length, NULL) : H5Screate(H5S_SCALAR);
    if (change->how % 4 == 1) H5Tset_size(type, strlen(text) + 1);
    hid_t attribute = H5Acreate2(object, kept, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0 && change->how % 4 != 3) H5Awrite(attribute, type, change->how % 4 == 1 ? (const void *)text : (const void *)&number);
    if (attribute >= 0) H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    return 1;
}

/* A dataset of another rank, length or type in the place of one. */
static void replace(hid_t file, const char *name, unsigned how, unsigned with) {
    hsize_t extent[3] = { with % 16, 1 + with / 16, 3 };
    const hid_t types[] = { H5T_NATIVE_INT32, H5T_NATIVE_UINT16, H5T_NATIVE_DOUBLE, H5T_NATIVE_INT64 };
    hid_t text = H5Tcopy(H5T_C_S1), space = how % 5 == 4 ? H5Screate(H5S_NULL) : H5Screate_simple((int)(how % 3) + 1, extent, NULL);
    H5Tset_size(text, H5T_VARIABLE);
    H5Ldelete(file, name, H5P_DEFAULT);
    hid_t made = H5Dcreate2(file, name, how % 7 < 4 ? types[how % 7] : text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (made >= 0) H5Dclose(made);
    H5Sclose(space);
    H5Tclose(text);
}

static void apply(hid_t file, const uint8_t change[4]) {
    const char *name = names[change[1] % n_names], *other = names[change[2] % n_names];
    hid_t object = H5I_INVALID_HID;
    hsize_t from = 0;
    switch (change[0] / 2 % 6) {
    case 0: H5Ldelete(file, name, H5P_DEFAULT); break;
    case 1:
        if (strcmp(name, "/") == 0) break;
        H5Ldelete(file, name, H5P_DEFAULT);
        H5Lcreate_hard(file, other, file, name, H5P_DEFAULT, H5P_DEFAULT);
        break;
    case 2:
        if ((object = H5Dopen2(file, name, H5P_DEFAULT)) >= 0) write_values(object, change[3]);
        if (object >= 0) H5Dclose(object);
        break;
    case 3:
        if ((object = H5Oopen(file, name, H5P_DEFAULT)) < 0) break;
        H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &from, change_attribute,
                    &(attribute_change){ change[2] % 32u, change[2] / 32u, change[3] });
        H5Oclose(object);
        break;
    case 4:
        if (strcmp(name, "/") != 0) replace(file, name, change[2], change[3]);
        break;
    default: /* a link to elsewhere */
        if (strcmp(name, "/") == 0) break;
        H5Ldelete(file, name, H5P_DEFAULT);
        if (change[3] % 2 == 0) H5Lcreate_external("/etc/hostname", "/x", file, name, H5P_DEFAULT, H5P_DEFAULT);
        else H5Lcreate_soft(other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

static void seal(unsigned char *bytes, size_t size) {
    unsigned char digest[32];
    char line[SEAL_SIZE + 1] = "placesim sha256 ";
    EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < sizeof digest; i++) snprintf(line + 16 + 2 * i, 4, "%02x", digest[i]);
    memcpy(bytes + size, base + base_size - SEAL_SIZE, SEAL_SIZE); /* its form, whatever stands around the digits */
    unsigned char *digits = memmem(bytes + size, SEAL_SIZE, "sha256 ", 7);
    if (digits == NULL) fuzz_fail("the base has no seal");
    memcpy(digits + 7, line + 16, 64);
}

/* ---- reading ---- */

/* Of the variables some, since each is checked against its digest: from one that the changes choose, the next three. */
static void read_all(place_runfile *file, size_t first) {
    static const char *const axes[] = { "step",  "year", "area",    "phase",    "ncy",     "need",       "provision", "provision_from", "class",
                                        "cause", "site", "project", "activity", "funding", "input",      "rate",      "replication",    "x" };
    static place_errors errors;
    size_t n = 0, size = 0, n_letters = 0;
    const char *const *variables = place_runfile_variables(file, &n);
    for (size_t i = 0; i < 4 && i < n; i++) {
        place_error err = { 0 };
        place_values values;
        const char *name = variables[(first + i) % n];
        if (place_runfile_read(file, name, &values, &err) == PLACE_OK) free(values.values);
        else if (err.message[0] == '\0') fuzz_fail("'%s' cannot be read, and nobody knows why", name);
    }
    for (size_t a = 0; a < sizeof axes / sizeof axes[0]; a++) {
        const char *const *labels = place_runfile_labels(file, axes[a], &n);
        for (size_t i = 0; labels != NULL && i < n; i++) n_letters += strlen(labels[i]);
        labels = place_runfile_names(file, axes[a], &n);
        for (size_t i = 0; labels != NULL && i < n; i++) n_letters += strlen(labels[i]);
        const int32_t *display = place_runfile_display(file, axes[a], &n);
        for (size_t i = 0; display != NULL && i < n; i++) n_letters += (size_t)display[i] & 1u;
    }
    place_plan *plan = NULL;
    errors.n_errors = errors.n_warnings = 0;
    const char *text = place_runfile_scenario(file, &size);
    if (kept_scenario == NULL) { /* of the base, which is read first */
        kept_scenario = strdup(text);
        if (kept_scenario == NULL) fuzz_fail("memory is out");
    } else if (strcmp(text, kept_scenario) != 0) { /* the base's own would be loaded over and over */
        fuzz_check_errors(place_scenario_load_text(&plan, text, size, "kept.xml", NULL, &errors), &errors, LONG_MAX);
        place_plan_free(plan);
    }
    if (n_letters == SIZE_MAX) fuzz_fail("never");
}

/* What HDF5 has open: the reader gives all back, whatever it met. (HDF5 keeps memory of its own, so a leak of memory would not tell.) */
static int64_t n_open(void) {
    static const H5I_type_t types[] = { H5I_FILE, H5I_GROUP, H5I_DATATYPE, H5I_DATASPACE, H5I_DATASET, H5I_ATTR, H5I_GENPROP_LST };
    int64_t n = 0;
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        hsize_t members = 0;
        if (H5Inmembers(types[t], &members) >= 0) n += (int64_t)members;
    }
    return n;
}

static void try_file(const char *path, int must_refuse, size_t first) {
    int64_t n_before = n_open();
    place_runfile *file = NULL;
    place_error err = { 0 };
    place_status status = place_runfile_open(&file, path, &err);
    if (status == PLACE_OK && must_refuse) fuzz_fail("a file whose seal does not hold is opened");
    if (status != PLACE_OK && err.message[0] == '\0') fuzz_fail("a file is refused without a word");
    if (status == PLACE_OK) read_all(file, first);
    place_runfile_close(file);
    if (n_open() != n_before) fuzz_fail("%lld objects of HDF5 are left open", (long long)(n_open() - n_before));
}

/* The base in memory, for changes; its image, once changed, with room for a seal. */
static hid_t open_image(void) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, 0);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    H5Pset_file_image(access, base, base_size - SEAL_SIZE);
    hid_t file = H5Fopen("changed", H5F_ACC_RDWR, access);
    H5Pclose(access);
    if (file < 0) fuzz_fail("the base does not open for changes");
    return file;
}

static unsigned char *take_image(hid_t file, size_t *size) {
    unsigned char *image = NULL;
    ssize_t n = H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0 ? H5Fget_file_image(file, NULL, 0) : -1;
    if (n > 0) {
        image = malloc((size_t)n + SEAL_SIZE);
        if (image == NULL) fuzz_fail("memory is out");
        *size = (size_t)n;
        if (H5Fget_file_image(file, image, (size_t)n) != n) fuzz_fail("the changed file cannot be taken");
    }
    H5Fclose(file);
    return image;
}

int fuzz_run_file(const uint8_t *bytes, size_t size) {
    char path[200];
    if (base == NULL) make_base();
    if (size > 0 && bytes[0] % 2 == 1) { /* bytes: where (2), what it becomes (1); cut by the last two */
        unsigned char *changed = malloc(base_size);
        if (changed == NULL) return 0;
        memcpy(changed, base, base_size);
        size_t length = base_size;
        for (size_t i = 1; i + 3 <= size; i += 3) changed[(size_t)(bytes[i] << 8 | bytes[i + 1]) * 3 % base_size] = bytes[i + 2];
        if (size % 3 == 2) length = (size_t)bytes[size - 1] * base_size / 256;
        int same = length == base_size && memcmp(changed, base, base_size) == 0;
        fuzz_write(path, fuzz_folder(), "bytes.h5", changed, length);
        free(changed);
        try_file(path, !same, 0);
        return 0;
    }
    hid_t file = open_image();
    for (size_t i = 0; i + 4 <= size && i < 4 * MAX_CHANGES; i += 4) apply(file, bytes + i);
    size_t n = 0;
    unsigned char *changed = take_image(file, &n);
    if (changed == NULL) return 0; /* HDF5 cannot write what it was made to keep */
    seal(changed, n);
    fuzz_write(path, fuzz_folder(), "changed.h5", changed, n + SEAL_SIZE);
    free(changed);
    try_file(path, 0, size > 1 ? bytes[1] : 0);
    return 0;
}
