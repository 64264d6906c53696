#include "base/gzip.h"

#include <stdint.h>
#include <stdlib.h>

#include <zlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

enum {
    GZIP_WINDOW_BITS = 15 + 16, /* the largest window; 16 asks zlib for the gzip frame */
    MEMORY_LEVEL = 8,           /* zlib's default: 256 KiB a stream */
};

#define OUTPUT_STEP KIB(16)
#define INPUT_STEP  MIB(256) /* zlib counts in unsigned int */

struct gzip {
    z_stream stream;
};

int gzip_new(struct gzip **ret_gzip, int level)
{
    if (level < 1 || level > 9)
        return ERROR_INVALID; /* zlib has meanings for 0 and -1 */
    _cleanup_free_ struct gzip *gzip = calloc(1, sizeof(*gzip));
    if (gzip == NULL)
        return ERROR_MEMORY;
    int status = deflateInit2(
        &gzip->stream, level, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    if (status != Z_OK)
        return status == Z_MEM_ERROR ? ERROR_MEMORY : ERROR_UNSUPPORTED;
    *ret_gzip = TAKE(gzip);
    return 0;
}

void gzip_free(struct gzip *gzip)
{
    if (gzip == NULL)
        return;
    (void)deflateEnd(
        &gzip->stream); /* complains when a member was left unfinished, which is meant */
    free(gzip);
}

/* Points the stream at the next part of `input` and takes it off. */
static void feed(z_stream *stream, struct slice *input)
{
    size_t size = input->size < INPUT_STEP ? input->size : INPUT_STEP;
    stream->next_in = (Bytef *)input->data; /* zlib does not write there */
    stream->avail_in = (uInt)size;
    if (size > 0)
        input->data += size;
    input->size -= size;
}

/* Points the stream at the free room of `output`, after growing it when there is none. Returns 0 or
 * what the buffer refused with. */
static int make_room(z_stream *stream, struct buffer *output)
{
    size_t room = output->capacity - output->size;
    if (room == 0) {
        size_t allowed = output->limit - output->size;
        int result =
            buffer_reserve(output, allowed > 0 && allowed < OUTPUT_STEP ? allowed : OUTPUT_STEP);
        if (result < 0)
            return result;
        room = output->capacity - output->size;
    }
    stream->next_out = (Bytef *)output->data + output->size;
    stream->avail_out = (uInt)(room < INPUT_STEP ? room : INPUT_STEP);
    return 0;
}

static void count_output(const z_stream *stream, struct buffer *output)
{
    output->size = (size_t)((char *)stream->next_out - output->data);
}

/* Compresses what the stream was fed until it is used up and, with Z_FINISH, until the member has
 * ended. */
static int compress_fed(z_stream *stream, int flush, struct buffer *output)
{
    for (;;) {
        int result = make_room(stream, output);
        if (result < 0)
            return result;
        int status = deflate(stream, flush);
        count_output(stream, output);
        if (status == Z_STREAM_END)
            return 0;
        if (status != Z_OK && status != Z_BUF_ERROR)
            return ERROR_CORRUPT;
        if (flush == Z_NO_FLUSH && stream->avail_in == 0)
            return 0;
    }
}

int gzip_write(struct gzip *gzip, struct slice input, bool last, struct buffer *output)
{
    size_t start = output->size;
    int result = 0;
    do {
        feed(&gzip->stream, &input);
        bool finish = last && input.size == 0;
        if (finish || gzip->stream.avail_in > 0)
            result = compress_fed(&gzip->stream, finish ? Z_FINISH : Z_NO_FLUSH, output);
    } while (result == 0 && input.size > 0);

    if (result < 0)
        output->size = start;
    if (result < 0 || last)
        (void)deflateReset(&gzip->stream); /* fails only for a stream that was never set up */
    return result;
}

static int expand_fed(z_stream *stream, struct buffer *output)
{
    for (;;) {
        int result = make_room(stream, output);
        /* A full buffer is no failure yet: the member may end exactly here. */
        if (result < 0 && result != ERROR_LIMIT)
            return result;
        bool full = result == ERROR_LIMIT;
        if (full) {
            stream->next_out = (Bytef *)output->data + output->size;
            stream->avail_out = 0;
        }
        int status = inflate(stream, Z_NO_FLUSH);
        count_output(stream, output);
        if (status == Z_STREAM_END)
            return stream->avail_in == 0 ? 0 : ERROR_CORRUPT;
        if (status == Z_MEM_ERROR)
            return ERROR_MEMORY;
        if (status == Z_BUF_ERROR && full)
            return ERROR_LIMIT;
        if (status != Z_OK)
            return ERROR_CORRUPT;
    }
}

int gzip_expand(struct slice input, struct buffer *output)
{
    /* zlib refuses an address of NULL even for no room. */
    if (buffer_text(output) == NULL)
        return ERROR_MEMORY;
    z_stream stream = {0};
    if (input.size > UINT32_MAX)
        return ERROR_LIMIT;
    stream.next_in = (Bytef *)input.data;
    stream.avail_in = (uInt)input.size;
    if (inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK)
        return ERROR_MEMORY;
    size_t start = output->size;
    int result = expand_fed(&stream, output);
    (void)inflateEnd(&stream); /* fails only for a stream that was never set up */
    if (result < 0)
        output->size = start;
    return result;
}
