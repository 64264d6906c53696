#include "store/fates.h"

#include "base/error.h"

enum { FATE_BITS = 2, GROUP_BITS = 7, MORE = 0x80, LARGEST_SHIFT = 56 };

int fates_end(struct buffer *list, struct fate_run *run)
{
    if (run->count == 0)
        return 0;
    uint64_t value = run->count << FATE_BITS | (uint64_t)run->fate;
    int result = 0;
    for (; result == 0 && value >= MORE; value >>= GROUP_BITS)
        result = buffer_append_byte(list, (char)(value | MORE));
    if (result == 0)
        result = buffer_append_byte(list, (char)value);
    *run = (struct fate_run){.count = 0};
    return result;
}

int fates_add(struct buffer *list, struct fate_run *run, uint64_t count, enum store_fate fate)
{
    int result = 0;
    if (count == 0)
        return 0;
    if (run->fate != fate)
        result = fates_end(list, run);
    run->count += count;
    run->fate = fate;
    return result;
}

int fates_next(struct slice *list, struct fate_run *ret_run)
{
    uint64_t value = 0;
    if (list->size == 0)
        return 0;
    for (unsigned shift = 0; shift <= LARGEST_SHIFT && list->size > 0; shift += GROUP_BITS) {
        unsigned char byte = (unsigned char)*list->data++;
        list->size--;
        value |= (uint64_t)(byte & ~MORE) << shift;
        if (byte & MORE)
            continue;
        *ret_run = (struct fate_run){
            .count = value >> FATE_BITS, .fate = (enum store_fate)(value & STORE_DEAD)};
        return ret_run->count > 0 ? 1 : ERROR_CORRUPT;
    }
    return ERROR_CORRUPT;
}
