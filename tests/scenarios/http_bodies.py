"""An HTTP collector gets each entry once, byte for byte, as newline-delimited JSON and as an
array, plain and gzipped, with POST and with PUT, within the limits of a batch and with the
headers and the token that were asked for."""

from harness import judge, run
from harness.failure import check, same

ENTRIES = 5000
MAX_ENTRIES = 300
MAX_BYTES = 64 << 10


def scenario(bench):
    api = bench.simulator(entries=ENTRIES, pretty=20)
    token = bench.secret("bearer-")
    header = bench.secret("key-")
    bodies = ("ndjson", "array")
    receivers = {(body, packing): bench.http_receiver(body=body, token=f"Bearer {token}")
                 for body in bodies for packing in ("none", "gzip")}
    outputs = [
        bench.http_output(receiver, f"{body}-{packing}", body=body, compression=packing,
                          method="PUT" if body == "array" else "POST",
                          token={"file": str(bench.secret_file(token))},
                          headers={"X-Key": {"file": str(bench.secret_file(header))},
                                   "X-Plain": "yes"},
                          batch={"max_entries": MAX_ENTRIES, "max_bytes": f"{MAX_BYTES}B",
                                 "max_wait": "10ms"})
        for (body, packing), receiver in receivers.items()]
    daemon = bench.daemon(sources=[api.source()], outputs=outputs)
    daemon.once()

    expected = api.expected()
    for (body, packing), receiver in receivers.items():
        name = f"{body} {packing}"
        judge.same_order(receiver.entries(), expected, name)
        headers = receiver.headers
        same(headers["x-key"], header, f"{name}: the secret header")
        same(headers["x-plain"], "yes", f"{name}: the plain header")
        same(headers.get("content-encoding", "none"), packing, f"{name}: the encoding")
        kind = "application/x-ndjson" if body == "ndjson" else "application/json"
        check(headers["content-type"].startswith(kind), f"{name}: {headers['content-type']}")
        longest = max(sum(len(entry) + 1 for entry in batch) for batch in receiver.batches)
        check(max(map(len, receiver.batches)) <= MAX_ENTRIES, f"{name}: a batch of too many")
        check(longest <= MAX_BYTES, f"{name}: a batch of {longest} bytes")


run(scenario)
