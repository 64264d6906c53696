/*
 * Numbers that look random and are a pure function of what they are drawn from.
 *
 * The history of the simulator is never stored: entry 4,711 is made anew whenever somebody asks for
 * it, and must come out the same, so its randomness is a hash of the seed and the index and not a
 * random source. The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood: Fast
 * Splittable Pseudorandom Number Generators, 2014); it is a bijection, so different inputs never
 * collide.
 */
#pragma once

#include <stdint.h>

struct dice {
    uint64_t state;
};

static inline uint64_t dice_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* One number for `index` under `seed`. `purpose` keeps the uses of one index apart. For one seed
 * and purpose different indexes give different numbers. */
static inline uint64_t dice_of(uint64_t seed, uint64_t purpose, uint64_t index)
{
    return dice_mix(dice_mix(seed + purpose * UINT64_C(0x9e3779b97f4a7c15)) ^ index);
}

/* The next 64 bits. */
static inline uint64_t dice_roll(struct dice *dice)
{
    dice->state += UINT64_C(0x9e3779b97f4a7c15);
    return dice_mix(dice->state);
}

/* Uniform in [0, bound), 0 when `bound` is 0. */
static inline uint32_t dice_below(struct dice *dice, uint32_t bound)
{
    return (uint32_t)(((dice_roll(dice) >> 32) * bound) >> 32);
}

/* True for `percent` of all values of `number`, which is 64 random bits. */
static inline int dice_is_within(uint64_t number, double percent)
{
    return (double)(number >> 11) * 0x1p-53 * 100.0 < percent;
}
