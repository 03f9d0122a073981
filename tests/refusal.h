/* SPDX-License-Identifier: MIT */
/**
 * Calls of HDF5, libdeflate and libcrypto that a test refuses: the runner is linked with --wrap for each row of the table (the Makefile
 * reads it), so a call goes through here, and fails where a test says so. What calls a library is a place: the function that is called and
 * the chain of callers, so that an attribute of the digests is another place than an attribute of the run, though one function writes both.
 */
#ifndef PLACE_TESTS_REFUSAL_H
#define PLACE_TESTS_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
/** What it returns, name, parameters, arguments, what it returns when it fails. A row a line. */
#define REFUSABLE(X) \
    X(hid_t, H5Acreate2, (hid_t at, const char *name, hid_t type, hid_t space, hid_t a, hid_t b), (at, name, type, space, a, b), -1) \
    X(hid_t, H5Aget_type, (hid_t attribute), (attribute), -1) \
    X(hid_t, H5Aopen, (hid_t at, const char *name, hid_t a), (at, name, a), -1) \
    X(herr_t, H5Aread, (hid_t attribute, hid_t type, void *out), (attribute, type, out), -1) \
    X(herr_t, H5Awrite, (hid_t attribute, hid_t type, const void *values), (attribute, type, values), -1) \
    X(hid_t, H5Dcreate2, (hid_t at, const char *name, hid_t t, hid_t s, hid_t a, hid_t b, hid_t c), (at, name, t, s, a, b, c), -1) \
    X(herr_t, H5Dget_chunk_storage_size, (hid_t dataset, const hsize_t *origin, hsize_t *out), (dataset, origin, out), -1) \
    X(hid_t, H5Dget_create_plist, (hid_t dataset), (dataset), -1) \
    X(hid_t, H5Dget_space, (hid_t dataset), (dataset), -1) \
    X(hid_t, H5Dget_type, (hid_t dataset), (dataset), -1) \
    X(hid_t, H5Dopen2, (hid_t at, const char *name, hid_t a), (at, name, a), -1) \
    X(herr_t, H5Dread, (hid_t d, hid_t type, hid_t to, hid_t from, hid_t a, void *out), (d, type, to, from, a, out), -1) \
    X(herr_t, H5Dread_chunk, (hid_t d, hid_t a, const hsize_t *origin, uint32_t *mask, void *out), (d, a, origin, mask, out), -1) \
    X(herr_t, H5Dset_extent, (hid_t dataset, const hsize_t *extent), (dataset, extent), -1) \
    X(herr_t, H5Dwrite, (hid_t d, hid_t type, hid_t from, hid_t to, hid_t a, const void *in), (d, type, from, to, a, in), -1) \
    X(herr_t, H5Dwrite_chunk, (hid_t d, hid_t a, uint32_t mask, const hsize_t *at, size_t n, const void *in), (d, a, mask, at, n, in), -1) \
    X(herr_t, H5DSattach_scale, (hid_t dataset, hid_t scale, unsigned axis), (dataset, scale, axis), -1) \
    X(herr_t, H5DSset_scale, (hid_t dataset, const char *name), (dataset, name), -1) \
    X(herr_t, H5Fclose, (hid_t file), (file), -1) \
    X(hid_t, H5Fcreate, (const char *path, unsigned how, hid_t a, hid_t b), (path, how, a, b), -1) \
    X(herr_t, H5Fflush, (hid_t file, H5F_scope_t scope), (file, scope), -1) \
    X(ssize_t, H5Fget_file_image, (hid_t file, void *out, size_t room), (file, out, room), -1) \
    X(herr_t, H5Fget_vfd_handle, (hid_t file, hid_t a, void **out), (file, a, out), -1) \
    X(hid_t, H5Fopen, (const char *path, unsigned how, hid_t a), (path, how, a), -1) \
    X(hid_t, H5Gcreate2, (hid_t at, const char *name, hid_t a, hid_t b, hid_t c), (at, name, a, b, c), -1) \
    X(hid_t, H5Pcreate, (hid_t class_), (class_), -1) \
    X(herr_t, H5Pset_attr_creation_order, (hid_t list, unsigned how), (list, how), -1) \
    X(herr_t, H5Pset_chunk, (hid_t list, int rank, const hsize_t *shape), (list, rank, shape), -1) \
    X(herr_t, H5Pset_deflate, (hid_t list, unsigned level), (list, level), -1) \
    X(herr_t, H5Pset_fapl_core, (hid_t list, size_t growth, hbool_t backed), (list, growth, backed), -1) \
    X(herr_t, H5Pset_fclose_degree, (hid_t list, H5F_close_degree_t how), (list, how), -1) \
    X(herr_t, H5Pset_file_locking, (hid_t list, hbool_t use, hbool_t ignore), (list, use, ignore), -1) \
    X(herr_t, H5Pset_fill_value, (hid_t list, hid_t type, const void *value), (list, type, value), -1) \
    X(herr_t, H5Pset_fletcher32, (hid_t list), (list), -1) \
    X(herr_t, H5Pset_libver_bounds, (hid_t list, H5F_libver_t low, H5F_libver_t high), (list, low, high), -1) \
    X(herr_t, H5Pset_link_creation_order, (hid_t list, unsigned how), (list, how), -1) \
    X(herr_t, H5Pset_obj_track_times, (hid_t list, hbool_t track), (list, track), -1) \
    X(herr_t, H5Pset_shuffle, (hid_t list), (list), -1) \
    X(hid_t, H5Screate, (H5S_class_t kind), (kind), -1) \
    X(hid_t, H5Screate_simple, (int rank, const hsize_t *extent, const hsize_t *most), (rank, extent, most), -1) \
    X(herr_t, H5Sselect_hyperslab, (hid_t s, H5S_seloper_t how, const hsize_t *a, const hsize_t *b, const hsize_t *c, const hsize_t *d), (s, how, a, b, c, d), -1) \
    X(hid_t, H5Tcopy, (hid_t type), (type), -1) \
    X(herr_t, H5Tset_cset, (hid_t type, H5T_cset_t set), (type, set), -1) \
    X(herr_t, H5Tset_size, (hid_t type, size_t size), (type, size), -1) \
    X(herr_t, H5Tset_strpad, (hid_t type, H5T_str_t how), (type, how), -1) \
    X(unsigned char *, SHA256, (const unsigned char *bytes, size_t n, unsigned char *out), (bytes, n, out), NULL) \
    X(int, EVP_Digest, (const void *in, size_t n, unsigned char *out, unsigned *size, const EVP_MD *md, ENGINE *e), (in, n, out, size, md, e), 0) \
    X(int, EVP_DigestFinal_ex, (EVP_MD_CTX *sum, unsigned char *out, unsigned *size), (sum, out, size), 0) \
    X(int, EVP_DigestInit_ex, (EVP_MD_CTX *sum, const EVP_MD *which, ENGINE *e), (sum, which, e), 0) \
    X(int, EVP_DigestUpdate, (EVP_MD_CTX *sum, const void *bytes, size_t n), (sum, bytes, n), 0) \
    X(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL) \
    X(struct libdeflate_compressor *, libdeflate_alloc_compressor, (int level), (level), NULL)
/* clang-format on */

/** From here on, note each place that calls. The function that calls this is where chains end; it is to call refusal_of too.
 *  @param callers  how many of a chain tell places apart */
void refusal_learn(int callers);
/** Places noted, and the calls from one of them. */
size_t refusal_places(void);
long refusal_calls(size_t place);
/** What is called there, for messages. */
const char *refusal_name(size_t place);
/** Refuse the nth call (from 1) of a place. Calls are counted anew. */
void refusal_of(size_t place, long nth);
/** Refuse no more. @return whether the call came that was to be refused */
bool refusal_end(void);
/** Handles of HDF5 that were opened since this was last called and are not closed: files, datasets, spaces, lists of properties ... They stay in
 *  tables of the library's, where no sanitizer misses them. */
long refusal_left_open(void);

#endif
