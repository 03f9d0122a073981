/* SPDX-License-Identifier: MIT */
/* Characters that are not to be shown. U+009B alone begins a command to some terminals, and U+202E turns round whatever follows it. */
#include "place/text.h"

size_t place_text_hidden(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] == '\0') return 0;
    if (at[0] < 0x20u || at[0] == 0x7Fu) return 1;
    if (at[0] == 0xC2u && at[1] >= 0x80u && at[1] < 0xA0u) return 2;                      /* C1 controls          */
    if (at[0] == 0xD8u && at[1] == 0x9Cu) return 2;                                       /* Arabic letter mark   */
    if (at[0] == 0xE2u && at[1] == 0x80u && (at[2] >= 0x8Bu && at[2] <= 0x8Fu)) return 3; /* U+200B .. U+200F     */
    if (at[0] == 0xE2u && at[1] == 0x80u && (at[2] >= 0xA8u && at[2] <= 0xAEu)) return 3; /* U+2028 .. U+202E     */
    if (at[0] == 0xE2u && at[1] == 0x81u && (at[2] >= 0xA0u && at[2] <= 0xAFu)) return 3; /* U+2060 .. U+206F     */
    if (at[0] == 0xEFu && at[1] == 0xBBu && at[2] == 0xBFu) return 3;                     /* U+FEFF               */
    return 0;
}
