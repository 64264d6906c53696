/*
 * The bare program that slackauditd is measured against: it fetches a window's pages with libcurl,
 * finds where each entry begins and ends by quotes and brackets alone, and writes a page's entries
 * as lines with one write and one fsync. It validates nothing, remembers nothing, and loses or
 * repeats entries when it is killed: it is the least that the job can cost.
 *
 *     bench_bare [--whole] BASE_URL TOKEN OLDEST LATEST FILE
 *
 * With --whole the pages are written as they came, unsplit.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { URL_SIZE = 16384 };

static const long receive_size = 64L << 10; /* as slackauditd sets it */

struct bytes {
    char *data;
    size_t size, capacity;
};

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "bench_bare: %s\n", what);
    exit(EXIT_FAILURE);
}

static void append(struct bytes *bytes, const char *data, size_t size)
{
    if (size > bytes->capacity - bytes->size) {
        while (size > bytes->capacity - bytes->size)
            bytes->capacity = bytes->capacity == 0 ? (size_t)1 << 20 : bytes->capacity * 2;
        bytes->data = realloc(bytes->data, bytes->capacity);
        check(bytes->data != NULL, "no memory");
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static size_t take(char *data, size_t unit, size_t count, void *page)
{
    append(page, data, unit * count);
    return unit * count;
}

/* Where the object that begins at `at` ends. */
static const char *object_end(const char *at, const char *end)
{
    int depth = 0;
    bool in_string = false;
    for (; at < end; at++) {
        char byte = *at;
        if (in_string) {
            if (byte == '\\')
                at++;
            else if (byte == '"')
                in_string = false;
        } else if (byte == '"') {
            in_string = true;
        } else if (byte == '{') {
            depth++;
        } else if (byte == '}' && --depth == 0) {
            return at + 1;
        }
    }
    check(false, "a page ends inside an entry");
    return end;
}

/* Appends the page's entries to `lines`; returns what follows the last. */
static const char *split(const struct bytes *page, struct bytes *lines)
{
    static const char head[] = "{\"entries\":[";
    const char *at = page->data + sizeof(head) - 1, *end = page->data + page->size;
    check(page->size > sizeof(head) && memcmp(page->data, head, sizeof(head) - 1) == 0,
        "a page begins in another way than expected");
    while (at < end && *at == '{') {
        const char *next = object_end(at, end);
        append(lines, at, (size_t)(next - at));
        append(lines, "\n", 1);
        at = next;
        if (at < end && *at == ',')
            at++;
    }
    return at;
}

/* The cursor stands behind the entries. */
static bool read_cursor(const char *tail, const char *end, char *cursor, size_t size)
{
    static const char key[] = "\"next_cursor\":\"";
    const char *from = memmem(tail, (size_t)(end - tail), key, sizeof(key) - 1);
    if (from == NULL)
        return false;
    from += sizeof(key) - 1;
    size_t length = 0;
    for (; from < end && *from != '"'; from++) {
        check(length + 1 < size, "a cursor is too long");
        if (*from != '\\') /* only a slash is ever escaped in base64 */
            cursor[length++] = *from;
    }
    cursor[length] = '\0';
    return length > 0;
}

static void write_synced(int file, const struct bytes *lines)
{
    for (size_t done = 0; done < lines->size;) {
        ssize_t written = write(file, lines->data + done, lines->size - done);
        check(written > 0, "cannot write");
        done += (size_t)written;
    }
    check(fsync(file) == 0, "cannot sync");
}

static void fetch(CURL *easy, char **window, const char *cursor, struct bytes *page)
{
    char url[URL_SIZE], error[CURL_ERROR_SIZE] = "";
    char *escaped = curl_easy_escape(easy, cursor, 0);
    check(escaped != NULL, "no memory");
    int size = snprintf(url, sizeof(url), "%slogs?oldest=%s&latest=%s&limit=9999%s%s", window[0],
        window[2], window[3], *cursor == '\0' ? "" : "&cursor=", escaped);
    check(size < URL_SIZE, "an address is too long");
    curl_free(escaped);
    page->size = 0;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    check(curl_easy_perform(easy) == CURLE_OK, error);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    check(status == 200, "the API refuses a page");
}

int main(int argc, char **argv)
{
    bool whole = argc > 1 && strcmp(argv[1], "--whole") == 0;
    char **window = argv + 1 + whole;
    check(argc - whole == 6, "usage: bench_bare [--whole] BASE_URL TOKEN OLDEST LATEST FILE");
    int file = open(window[4], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    check(file >= 0, "cannot open the file");

    struct bytes page = {0}, lines = {0};
    char authorization[1024], cursor[URL_SIZE / 4] = "";
    snprintf(authorization, sizeof(authorization), "Authorization: Bearer %s", window[1]);
    struct curl_slist *headers = curl_slist_append(NULL, authorization);
    CURL *easy = curl_easy_init();
    check(easy != NULL && headers != NULL, "no memory");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, receive_size);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &page);

    bool more = true;
    while (more) {
        fetch(easy, window, cursor, &page);
        const char *end = page.data + page.size;
        lines.size = 0;
        const char *tail =
            whole ? end - (page.size < URL_SIZE ? page.size : URL_SIZE) : split(&page, &lines);
        write_synced(file, whole ? &page : &lines);
        more = read_cursor(tail, end, cursor, sizeof(cursor));
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    free(page.data);
    free(lines.data);
    return close(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
