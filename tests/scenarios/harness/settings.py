"""Configurations that are in a hurry: the daemon's behaviour, without its patience."""


def retry(wait="50ms", most=100):
    """A stack that grants all retries it may, a moment apart. Only `rate_limit` has its own mind:
    it waits what the server asks for, and up to a second more."""
    interval = {"type": "fixed", "wait": wait, "jitter": "none"}
    return [
        {"handler": "connection_error", "max_retries": most, "interval": interval},
        {"handler": "rate_limit", "max_retries": most},
        {"handler": "server_error", "max_retries": most, "interval": interval},
    ]


def http_output(url, name="collector", **keys):
    """An HTTP output with batches that do not wait long."""
    output = {
        "name": name,
        "type": "http",
        "url": url,
        "batch": {"max_entries": 1000, "max_bytes": "1MiB", "max_wait": "50ms"},
        "timeout": "10s",
    }
    output.update(keys)
    return output


def syslog_output(address, name="siem", **keys):
    """A syslog output that takes every ordinary entry of the simulator."""
    output = {"name": name, "type": "syslog", "address": address, "max_size": "64KiB"}
    output.update(keys)
    return output
