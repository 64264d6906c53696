"""A token that the API refuses: the daemon stays up, says so, tries again slowly, and goes on
with a new token from the same file on HUP, without a restart."""

import time

from harness import judge, run
from harness.failure import check


def scenario(bench):
    api = bench.simulator(entries=3000)
    archive = bench.archive()
    source = api.source()
    daemon = bench.daemon(sources=[source], outputs=[archive.config()])
    token_file = bench.secret_file(api.token)
    new_token = bench.secret("xoxp-")
    api.set_tokens(new_token)

    daemon.start()
    status = daemon.wait_status(lambda now: now["sources"][0]["state"] == "token refused",
                                "the status to say that the token is refused")
    check("401" in status["sources"][0]["last_error"], f"the status does not say why: {status}")
    daemon.wait_log("401")
    health = daemon.control("health")
    check(health.code == 1 and "token" in health.text, f"health: {health.code} {health.text}")
    calls = api.stats()["calls"]
    time.sleep(2)  # time is the matter here: it must pass without calls
    check(api.stats()["calls"] - calls <= 1, "it asks again and again with a refused token")

    token_file.write_text(new_token + "\n")
    daemon.hang_up()
    daemon.wait_delivered()

    # Taken back while all is well; the next one is taken up without a signal too, but later.
    newer_token = bench.secret("xoxp-")
    api.set_tokens(newer_token)
    daemon.wait_status(lambda now: now["sources"][0]["state"] == "token refused",
                       "the status to say it again")
    token_file.write_text(newer_token + "\n")
    daemon.hang_up()
    daemon.wait_status(lambda now: now["sources"][0]["failures"] == 0
                       and now["sources"][0]["state"] != "token refused", "the walk to go on")
    check(daemon.control("health").code == 0, "health does not answer 0")
    daemon.stop()
    judge.same_order(archive.lines(), api.expected(), "the file")


run(scenario)
