"""No secret appears in a log at any level, in text or JSON, in -T, in the status, in a message of
an error, on the command line or in the state directory, whatever the API and the receivers send
back."""

import json

from harness import run
from harness.failure import check, same
from harness.http_receiver import Reply


def scenario(bench):
    # Both sides send back what they were sent, as a proxy's error page might.
    api = bench.simulator(entries=500, fault=["500:at=1", "html:at=2", "reset:at=3"])
    secrets = {name: bench.secret(f"{name}-") for name in ("bearer", "header", "url")}
    files = {name: {"file": str(bench.secret_file(value))} for name, value in secrets.items()}
    echo = Reply(status=401, body=" ".join(bench.secrets).encode(),
                 headers={"X-Echo": secrets["bearer"], "Location": "/" + secrets["url"]})
    hostile = bench.http_receiver(decide=lambda request: echo)
    friendly = bench.http_receiver()
    address = bench.secret_file(secrets["url"])
    address.write_text(f"{friendly.url}?key={secrets['url']}\n")

    for form in ("text", "json"):
        daemon = bench.daemon(
            sources=[api.source(name=f"acme-{form}", headers={"X-Key": files["header"]})],
            outputs=[
                bench.http_output(hostile, "hostile", token=files["bearer"],
                                  headers={"X-Key": files["header"]}),
                bench.http_output(friendly, "friendly", url={"file": str(address)}),
            ],
            name=f"daemon-{form}", log={"level": "debug", "format": form})
        daemon.start()
        daemon.wait_delivered(outputs=["friendly"])
        daemon.wait_status(lambda now: now["outputs"][0]["failures"] > 0, "the refusal")
        told = daemon.control("status").text + daemon.control("health").text
        with open(f"/proc/{daemon.process.pid}/cmdline", "rb") as file:
            told += file.read().decode()
        for secret in bench.secrets:
            check(secret not in told, "a secret in an answer or on the command line")
        same(daemon.control("reload").code, 0, "exit code of reload")
        daemon.stop()
        lines = daemon.log_text().splitlines()
        check(len(lines) > 10, "the log at debug level says nothing")
        if form == "json":
            check(all("message" in json.loads(line) for line in lines), "a log line without words")


run(scenario)
