/*
 * What compression costs by itself: takes the bodies that a receiver kept (bench_sink --keep) and
 * makes each a gzip member with zlib, as an output with `compression: gzip` must.
 *
 *     bench_codec LEVEL FILE
 *
 * Prints the processor seconds (user and kernel) of the compression, without the reading of the
 * file, and the bytes that came out.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zlib.h>

enum {
    WINDOW_BITS = 15 + 16, /* 16: the gzip frame */
    MEMORY_LEVEL = 8,
};

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "bench_codec: %s\n", what);
    exit(EXIT_FAILURE);
}

static char *read_all(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    check(file != NULL && fseek(file, 0, SEEK_END) == 0, "cannot read the file");
    long size = ftell(file);
    check(size > 0 && fseek(file, 0, SEEK_SET) == 0, "the file is empty");
    char *data = malloc((size_t)size);
    check(data != NULL, "no memory");
    check(fread(data, 1, (size_t)size, file) == (size_t)size, "cannot read the file");
    fclose(file);
    *ret_size = (size_t)size;
    return data;
}

static double cpu_seconds(void)
{
    struct timespec now;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0, "no clock");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One member in memory of its own, as each request of an output has it. */
static size_t compress_body(int level, char *body, size_t size)
{
    z_stream stream = {0};
    check(deflateInit2(&stream, level, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) ==
              Z_OK,
        "zlib refuses the level");
    size_t room = deflateBound(&stream, size);
    char *output = malloc(room);
    check(output != NULL, "no memory");
    stream.next_in = (Bytef *)body;
    stream.avail_in = (uInt)size;
    stream.next_out = (Bytef *)output;
    stream.avail_out = (uInt)room;
    check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib did not finish");
    size_t compressed = stream.total_out;
    deflateEnd(&stream);
    free(output);
    return compressed;
}

int main(int argc, char **argv)
{
    check(argc == 3, "usage: bench_codec LEVEL FILE");
    size_t size, compressed = 0;
    char *data = read_all(argv[2], &size);
    double begin = cpu_seconds();
    for (size_t at = 0; at < size;) {
        uint64_t body;
        check(size - at >= sizeof(body), "a size is cut off");
        memcpy(&body, data + at, sizeof(body));
        at += sizeof(body);
        check(body <= size - at && body <= UINT32_MAX, "a body is cut off");
        compressed += compress_body(atoi(argv[1]), data + at, (size_t)body);
        at += (size_t)body;
    }
    printf("%.6f %zu\n", cpu_seconds() - begin, compressed);
    free(data);
    return EXIT_SUCCESS;
}
