/* SPDX-License-Identifier: MIT */
/*
 * Sites and their pools of places. A site whose phases share their places has one pool; one that gives its places by
 * phase has a pool for each `places` element.
 */
#include <string.h>

#include "build.h"
#include "place/distribution.h"
#include "word.h"

/* ---- pools ---- */

typedef struct pool_node {
    xmlNode *node;
    uint32_t phase_mask;
} pool_node;

static uint32_t all_phases(const place_builder *b) {
    return (uint32_t)(((uint64_t)1 << b->plan->phases.n) - 1u);
}

/* The `places` of a site in order of phase, with the phases of one that names none: all that the others leave. */
static pool_node *pool_nodes(place_builder *b, const place_named *site, size_t *n) {
    xmlNode **nodes = place_read_children(b, site->node, "places", n);
    pool_node *pools = PLACE_TAKE(b, b->scratch, *n + 1, pool_node);
    const xmlNode *unnamed = NULL;
    uint32_t taken = 0;
    for (size_t i = 0; i < *n; i++) {
        pools[i] = (pool_node){ nodes[i], (uint32_t)place_names_mask(b, nodes[i], "phases", PLACE_KIND_PHASE, 0) };
        if (place_read_text(b, nodes[i], "phases") == NULL) {
            if (unnamed != NULL)
                place_build_fault(
                    b, nodes[i],
                    "site '%s' has places without phases at line %ld already; say which phases each of them is for",
                    site->id, place_document_line(b->document, unnamed));
            unnamed = nodes[i];
        } else if ((taken & pools[i].phase_mask) != 0) {
            place_build_fault(b, nodes[i], "site '%s' gives places for one phase twice", site->id);
        }
        taken |= pools[i].phase_mask;
    }
    for (size_t i = 0; i < *n; i++)
        if (pools[i].node == unnamed) pools[i].phase_mask = all_phases(b) & ~taken;
    for (size_t i = 1; i < *n; i++) /* few: by lowest phase */
        for (size_t k = i; k > 0
             && (pools[k].phase_mask & (~pools[k].phase_mask + 1u))
                 < (pools[k - 1].phase_mask & (~pools[k - 1].phase_mask + 1u));
             k--) {
            pool_node swap = pools[k];
            pools[k] = pools[k - 1];
            pools[k - 1] = swap;
        }
    return pools;
}

static place_pool build_pool(place_builder *b, xmlNode *node, int32_t site, uint32_t phase_mask) {
    place_pool pool = { .site = site, .phase_mask = phase_mask, .others = { 0, PLACE_NONE } };
    pool.commissioned = place_read_number(b, node, "commissioned", &place_measure_places, PLACE_FAMILY_INPUTS, 0);
    pool.stretch = place_read_number(b, node, "stretch", &place_measure_places, PLACE_FAMILY_INPUTS, 0);
    pool.stretch_classes = place_read_classes(b, node, "stretch-classes", PLACE_ALL_CLASSES);
    pool.physical_stated = place_read_text(b, node, "physical") != NULL;
    if (pool.physical_stated) {
        pool.physical = place_read_number(b, node, "physical", &place_measure_places, PLACE_FAMILY_INPUTS, 0);
        if (place_number_is_fixed(pool.physical) && place_number_is_fixed(pool.commissioned)
            && pool.physical.value < pool.commissioned.value)
            place_build_doubt(b, node, "%s: %g physical places are fewer than the %g commissioned",
                              place_read_label(b, node), pool.physical.value, pool.commissioned.value);
    } else {
        pool.physical = (place_number){ pool.commissioned.value + pool.stretch.value, PLACE_NONE };
        if (place_number_is_fixed(pool.stretch) && pool.stretch.value == 0) pool.physical = pool.commissioned;
    }
    return pool;
}

int32_t place_sites_pool(place_builder *b, const xmlNode *node, int32_t site) {
    const place_plan *plan = b->plan;
    const place_site *s = &plan->sites[site];
    uint32_t mask = (uint32_t)place_names_mask(b, node, "phases", PLACE_KIND_PHASE, 0);
    if (place_read_text(b, node, "phases") == NULL) {
        if (s->n_pools == 1) return (int32_t)s->first_pool;
        place_build_fault(b, node, "%s: site '%s' gives its places by phase, so phases must say which are meant",
                          place_read_label(b, node), s->item.id);
        return PLACE_NONE;
    }
    for (size_t p = s->first_pool; p < s->first_pool + s->n_pools; p++)
        if (mask != 0 && (mask & ~plan->pools[p].phase_mask) == 0) return (int32_t)p;
    if (mask != 0)
        place_build_fault(b, node, "%s, phases: site '%s' has no places element for all of '%s'",
                          place_read_label(b, node), s->item.id, place_quote(place_read_text(b, node, "phases")).text);
    return PLACE_NONE;
}

static void read_others(place_builder *b, place_pool *pools, const place_named *named, int32_t site) {
    static const char *const kinds[] = { "number", "share", "poisson" };
    size_t n;
    xmlNode **nodes = place_read_children(b, named->node, "others", &n);
    const place_site *own = &b->plan->sites[site];
    const xmlNode **seen = PLACE_TAKE(b, b->scratch, own->n_pools, const xmlNode *);
    for (size_t i = 0; i < n; i++) {
        int kind = place_read_choice(b, nodes[i], "kind", kinds, 3, 0);
        place_number value = place_read_number(b, nodes[i], "value",
                                               kind == 1       ? &place_measure_share
                                                   : kind == 0 ? &place_measure_places
                                                               : &place_measure_pupils,
                                               PLACE_FAMILY_INPUTS, 0);
        int32_t p = place_sites_pool(b, nodes[i], site);
        if (p == PLACE_NONE) continue;
        const xmlNode **before = &seen[(size_t)p - own->first_pool];
        if (*before != NULL)
            place_build_fault(b, nodes[i], "%s: the places held by others are given at line %ld already",
                              place_read_label(b, nodes[i]), place_document_line(b->document, *before));
        *before = nodes[i];
        pools[p].others_kind = (place_others_kind)kind;
        pools[p].others = value;
        if (kind == 0 && place_number_is_fixed(value) && place_number_is_fixed(pools[p].commissioned)
            && value.value > pools[p].commissioned.value)
            place_build_doubt(b, nodes[i], "%s: others hold %g places, more than the %g commissioned",
                              place_read_label(b, nodes[i]), value.value, pools[p].commissioned.value);
    }
}

/* ---- sites ---- */

static const int32_t *read_admission(place_builder *b, const place_named *site) {
    size_t n;
    xmlNode **nodes = place_read_children(b, site->node, "admission", &n);
    if (n == 0) return NULL;
    int32_t *numbers = PLACE_TAKE(b, b->arena, PLACE_N_NCY, int32_t);
    for (size_t c = 0; c < PLACE_N_NCY; c++) numbers[c] = PLACE_NONE;
    for (size_t i = 0; i < n; i++) {
        uint32_t mask = place_read_ncy(b, nodes[i], "ncy", 0);
        int32_t number = (int32_t)place_read_whole(b, nodes[i], "number", 0, 100000, 0);
        for (size_t c = 0; c < PLACE_N_NCY; c++) {
            if ((mask >> c & 1) == 0) continue;
            if (numbers[c] != PLACE_NONE)
                place_build_fault(b, nodes[i], "%s: ncy %d has an admission number already",
                                  place_read_label(b, nodes[i]), (int)c + PLACE_NCY_FIRST);
            numbers[c] = number;
        }
    }
    return numbers;
}

static place_site build_site(place_builder *b, const place_named *named) {
    const place_plan *plan = b->plan;
    xmlNode *node = named->node;
    place_site site = { .item = place_names_item(b, named), .open_day = INT32_MIN };
    site.area = place_names_one(b, node, "area", PLACE_KIND_AREA, PLACE_NONE);
    site.provision = place_names_one(b, node, "provision", PLACE_KIND_PROVISION, PLACE_NONE);
    if (site.provision != PLACE_NONE && plan->provision_kind[site.provision] != PLACE_LIMITED)
        place_build_fault(b, node, "site '%s' offers '%s', which is not limited; only limited provision is at sites",
                          named->id, plan->provisions.items[site.provision].id);
    site.ncy_mask = place_read_ncy(b, node, "ncy", 0);
    site.need_mask = place_names_mask(b, node, "needs", PLACE_KIND_NEED, place_build_all_needs(b));
    site.preference = place_read_decimal(b, node, "preference", -1e6, 1e6, 0);
    site.take_up = place_read_number(b, node, "take-up", &place_measure_probability, PLACE_FAMILY_INPUTS, 1);
    site.delivered = place_read_yes(b, node, "delivered");
    site.allotment = place_read_yes(b, node, "allotment");
    site.withdraw = place_read_number(b, node, "withdraw", &place_measure_probability, PLACE_FAMILY_INPUTS, 0);
    if (!site.allotment && place_read_text(b, node, "withdraw") != NULL)
        place_build_fault(b, node, "site '%s', withdraw: only an allotment is withdrawn; say allotment=\"yes\"",
                          named->id);
    int32_t opens = place_read_day(b, node, "opens", INT32_MIN);
    if (site.delivered && opens != INT32_MIN)
        place_build_fault(b, node, "site '%s' is delivered and has a day on which it opens; keep one of them",
                          named->id);
    if (opens > plan->calendar.start_day[0] && b->time_ok) site.open_day = opens; /* else it is open already */
    site.roll = (int32_t)place_read_whole(b, node, "roll", 0, 100000000, PLACE_NONE);
    if (site.roll > 0 && (site.delivered || site.open_day != INT32_MIN))
        place_build_fault(b, node, "site '%s', roll: the site is not open at the start, so nobody is on its roll",
                          named->id);
    site.admission = read_admission(b, named);
    return site;
}

bool place_sites_open_at_start(const place_builder *b, int32_t site) {
    return !b->plan->sites[site].delivered && b->plan->sites[site].open_day == INT32_MIN;
}

/* A phase that a site teaches and gives no places for. */
static void check_phases(place_builder *b, const place_named *named, const place_site *site, const place_pool *pools) {
    uint32_t covered = 0;
    for (size_t p = site->first_pool; p < site->first_pool + site->n_pools; p++) covered |= pools[p].phase_mask;
    for (size_t c = 0; c < PLACE_N_NCY; c++) {
        int32_t phase = b->plan->phase_of_ncy[c];
        if ((site->ncy_mask >> c & 1) == 0 || (covered >> phase & 1) != 0) continue;
        place_build_fault(b, named->node, "site '%s' teaches ncy %d, of phase '%s', and has no places for that phase",
                          named->id, (int)c + PLACE_NCY_FIRST, b->plan->phases.items[phase].id);
        return;
    }
}

void place_build_sites(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n = b->n_lists[PLACE_KIND_SITE], n_pools = 0, n_bold = 0;
    place_site *sites = PLACE_TAKE(b, b->arena, n, place_site);
    pool_node **nodes = PLACE_TAKE(b, b->scratch, n, pool_node *);
    const xmlNode *first_bold = NULL;
    for (size_t s = 0; s < n; s++) {
        const place_named *named = b->lists[PLACE_KIND_SITE][s];
        sites[s] = build_site(b, named);
        nodes[s] = pool_nodes(b, named, &sites[s].n_pools);
        if (sites[s].n_pools == 0) { /* its places come by events or projects */
            if (!sites[s].delivered)
                place_build_fault(b, named->node,
                                  "site '%s' has no places element; it says how many places are commissioned",
                                  named->id);
            nodes[s][0] = (pool_node){ NULL, all_phases(b) };
            sites[s].n_pools = 1;
        }
        sites[s].first_pool = n_pools;
        n_pools += sites[s].n_pools;
    }
    place_pool *pools = PLACE_TAKE(b, b->arena, n_pools, place_pool);
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < sites[s].n_pools; i++) {
            xmlNode *node = nodes[s][i].node;
            place_pool *pool = &pools[sites[s].first_pool + i];
            const place_number zero = { 0, PLACE_NONE };
            *pool = (place_pool){ .site = (int32_t)s,
                                  .phase_mask = nodes[s][i].phase_mask,
                                  .commissioned = zero,
                                  .physical = zero,
                                  .stretch = zero,
                                  .stretch_classes = PLACE_ALL_CLASSES,
                                  .others = zero };
            if (node == NULL) continue;
            *pool = build_pool(b, node, (int32_t)s, nodes[s][i].phase_mask);
            if (!place_read_is_bold(b, node, pool->stretch)) continue;
            n_bold++;
            if (first_bold == NULL || node->line < first_bold->line) first_bold = node;
        }
    plan->sites = sites;
    plan->n_sites = n;
    plan->pools = pools;
    plan->n_pools = n_pools;
    for (size_t s = 0; s < n; s++) {
        read_others(b, pools, b->lists[PLACE_KIND_SITE][s], (int32_t)s);
        check_phases(b, b->lists[PLACE_KIND_SITE][s], &sites[s], pools);
    }
    place_read_doubt_fixed(b, first_bold, n_bold, "stretch");
    for (size_t p = 0; p < plan->provisions.n; p++) {
        bool any = plan->provision_kind[p] != PLACE_LIMITED;
        for (size_t s = 0; s < n; s++) any |= sites[s].provision == (int32_t)p;
        if (!any)
            place_build_doubt(b, b->lists[PLACE_KIND_PROVISION][p]->node,
                              "provision '%s' is limited and no site offers it: nobody will be placed there",
                              plan->provisions.items[p].id);
    }
}
