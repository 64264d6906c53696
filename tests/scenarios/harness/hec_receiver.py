"""A Splunk HTTP Event Collector, as far as its answers go."""

import json

from .failure import Failure
from .http_receiver import HttpReceiver, Reply

TEXTS = {
    0: "Success", 1: "Token disabled", 2: "Token is required", 3: "Invalid authorization",
    4: "Invalid token", 5: "No data", 6: "Invalid data format", 7: "Incorrect index",
    8: "Internal server error", 9: "Server is busy", 12: "Event field is required",
    13: "Event field cannot be blank",
}


def answer(status, code, stored=False, **fields):
    """An answer with one of Splunk's codes."""
    body = {"text": TEXTS[code], "code": code, **fields}
    return Reply(status=status, body=json.dumps(body).encode(), stored=stored)


class HecReceiver(HttpReceiver):
    """`poison(entry)` says which entries are refused, with their place in the batch."""

    def __init__(self, token, decide=None, poison=None):
        self.hec_token = token
        self.poison = poison
        self.envelopes = []  # what stood around the entries: time, host, source, ...
        super().__init__(decide=decide)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def split(self, body):
        entries, envelopes = split_events(body.decode("utf-8"))
        self.envelopes += envelopes
        return entries

    def judge(self, request):
        if request.path.split("?")[0] not in ("/services/collector/event", "/services/collector"):
            return Reply(status=404)
        given = request.headers.get("authorization")
        if given is None:
            return answer(401, 2)
        if given != f"Splunk {self.hec_token}":
            return answer(403, 4)
        if not request.entries:
            return answer(400, 5)
        for index, entry in enumerate(request.entries):
            if self.poison is not None and self.poison(entry):
                return answer(400, 6, **{"invalid-event-number": index})
        return answer(200, 0, stored=True)


def split_events(text):
    """The events of a body as they stand in it, and the envelopes without them."""
    decoder = json.JSONDecoder()
    entries, envelopes = [], []
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        if at == len(text):
            return entries, envelopes
        envelope, after = decoder.raw_decode(text, at)
        if "event" not in envelope:
            raise Failure(f"an object without an event: {text[at:after][:200]}")
        start = text.index('"event":', at) + len('"event":')
        _, end = decoder.raw_decode(text, start)
        entries.append(text[start:end].encode("utf-8"))
        del envelope["event"]
        envelopes.append(envelope)
        at = after
