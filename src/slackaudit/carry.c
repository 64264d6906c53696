#include "slackaudit/carry.h"

int carry_keep(struct carry *carry, const struct json_piece *piece, size_t from, size_t to)
{
    if (carry->offset != from)
        buffer_clear(&carry->bytes);
    carry->offset = from;
    size_t have = from + carry->bytes.size;
    if (to <= have)
        return 0;
    return buffer_append(&carry->bytes, piece->data + (have - piece->offset), to - have);
}

int carry_bytes(struct carry *carry, const struct json_piece *piece, size_t from, size_t to,
    const char **ret_bytes)
{
    if (from >= piece->offset) {
        *ret_bytes = piece->data + (from - piece->offset);
        return 0;
    }
    int result = carry_keep(carry, piece, carry->offset, to);
    if (result < 0)
        return result;
    *ret_bytes = carry->bytes.data + (from - carry->offset);
    return 0;
}
