/* SPDX-License-Identifier: MIT */
/** What the key module shares with its tests: published known answers have entropies longer than a 64-bit seed. */
#ifndef PLACE_KEY_INTERNAL_H
#define PLACE_KEY_INTERNAL_H

#include "place/key.h"

/** The key of four words of entropy, least significant first; more words of entropy are appended as spawn words are. */
place_key place_key_mixed(const uint32_t entropy[4]);

#endif
