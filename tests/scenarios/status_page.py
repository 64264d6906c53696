"""The HTTP listener: probes that tell why not, metrics that promtool finds clean, the status as
JSON, and a page for people in a real Chromium: empty, with data, with an output that fails, on a
narrow screen, in the dark, by keyboard; it asks nobody but the daemon. A reload moves the listener
and closes it."""

import http.client
import json
import re
import shutil
import subprocess

from harness import run
from harness.browser import Browser
from harness.failure import Skip, check, same
from harness.waiting import until

ENTRIES = 3000


def ask(address, path, accept="*/*", host=None):
    name, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(name, int(port), timeout=20)
    headers = {"Accept": accept}
    if host:
        headers["Host"] = host
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Content-Type"), body


def listening(daemon):
    """Where the newest listener is, as the log tells."""
    return re.findall(r"status, metrics and probes on (\S+)", daemon.log.read_text())[-1]


def check_metrics(address):
    status, kind, text = ask(address, "/metrics")
    same(status, 200, "the status of /metrics")
    check(kind.startswith("text/plain; version=0.0.4"), f"the type of /metrics: {kind}")
    lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    same((lint.returncode, lint.stdout + lint.stderr), (0, ""), "promtool check metrics")
    status, kind, text = ask(address, "/metrics", "application/openmetrics-text; version=1.0.0")
    check(kind.startswith("application/openmetrics-text; version=1.0.0"), f"the type of OpenMetrics: {kind}")
    check(text.endswith("# EOF\n"), "OpenMetrics does not end with # EOF")


def look_at_page(browser, url, name, **view):
    """Opens the page, waits for its first status, and checks what holds in every state."""
    browser.open(url, **view)
    browser.wait("document.body && document.body.dataset.refreshed === 'true'", f"the page {name}")
    check(browser.value("document.documentElement.scrollWidth <= window.innerWidth"),
          f"{name}: the page is wider than the screen")
    same(browser.errors, [], f"{name}: the page's console")
    origin = url.rsplit("/", 1)[0]
    foreign = [each for each in browser.requests if not each.startswith((origin, "data:"))]
    same(foreign, [], f"{name}: what the page asked of others")
    return browser.picture(name)


def text_of(browser, selector):
    return browser.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")


def check_well(address):
    """What a daemon answers to which nothing is wrong."""
    same(ask(address, "/healthz")[0], 200, "/healthz")
    same(ask(address, "/readyz")[::2], (200, "ok\n"), "/readyz")
    same(ask(address, "/nowhere")[0], 404, "a page that is not there")
    same(ask(address, "/status", host="evil.example")[0], 421, "a request by another site's name")
    check_metrics(address)
    status = json.loads(ask(address, "/status")[2])
    same(status["problem"], None, "the problem")
    same(status["sources"][0]["entries"]["stored"], ENTRIES, "entries of the source")
    same(len(status["history"]["entries"]), 288, "steps of the history")
    same(sum(status["history"]["entries"]), ENTRIES, "entries in the history")
    same(status["history"]["lag_seconds"][0], -1, "the lag of a time before the daemon began")


def look_at_data(browser, url):
    look_at_page(browser, url, "status-well")
    same(text_of(browser, "#health"), "All sources and outputs are well", "the headline")
    check(f"{ENTRIES:,}" in text_of(browser, "#sources"), "the page does not show the entries")
    check("nothing waits" in text_of(browser, "#outputs"), "the page does not show the backlog")
    same(browser.value("document.querySelectorAll('#plot-entries .bar').length > 0"), True, "bars")
    check("known at the next look" in text_of(browser, "#outputs"), "the page tells a rate after one look")
    browser.value("refresh()")
    browser.wait("document.querySelector('#outputs').innerText.includes('0.0 a second, over ')", "the rate")
    for state, wanted in (("resting", "well"), ("token refused", "ill"), ("paused: the store is full", "ill")):
        card = f"sourceCard({{name: 'x', entries: {{}}, state: {json.dumps(state)}}}, '')"
        same(browser.value(f"{card}.querySelector('.state').dataset.state"), wanted, f"how a source that is {state} looks")


def look_otherwise(browser, url):
    """By keyboard, in the dark, on a narrow screen."""
    browser.press("Tab")
    same(browser.value("document.activeElement.className"), "skip", "the first stop of the keyboard")
    browser.press("Enter")
    browser.press("Tab")
    check(browser.value("document.activeElement !== document.body"), "the keyboard is lost")
    look_at_page(browser, url, "status-dark", dark=True)
    light = "getComputedStyle(document.documentElement).backgroundColor"
    check(browser.value(light) != "rgb(246, 248, 250)", "the dark page is light")
    look_at_page(browser, url, "status-narrow", width=360, height=1600)


def look_at_failing(browser, address):
    """An output that fails: in words, everywhere."""
    until(lambda: ask(address, "/readyz")[0] == 503, "an output that fails")
    check("output siem" in ask(address, "/readyz")[2], "/readyz does not say why")
    look_at_page(browser, f"http://{address}/status", "status-failing")
    check("output siem" in text_of(browser, "#health"), "the page does not say what is wrong")
    same(browser.value("document.querySelector('#health').dataset.state"), "ill", "the headline's state")
    check(browser.value("document.title").startswith("!"), "the title does not warn")
    check_metrics(address)


def look_at_empty(bench, browser):
    """A source that has nothing yet; then the daemon goes away."""
    empty = bench.simulator("empty", entries=0)
    fresh = bench.daemon(sources=[empty.source()], outputs=[bench.archive("fresh").config()], name="fresh",
                         http={"listen": "127.0.0.1:0"})
    fresh.start()
    look_at_page(browser, f"http://{listening(fresh)}/status", "status-empty")
    fresh.stop()
    browser.wait("document.querySelector('#health').dataset.state === 'lost'",
                 "the page to say that the daemon is gone")


def move_listener(daemon):
    """A reload moves it to a Unix socket, and closes it."""
    path = daemon.folder / "status.sock"
    daemon.change(http={"listen": f"unix:{path}"})
    same(daemon.control("reload").code, 0, "reload with another address")
    check(path.exists(), "there is no socket")
    same(oct(path.stat().st_mode & 0o777), oct(0o660), "the mode of the socket")
    daemon.change(http={"listen": ""})
    same(daemon.control("reload").code, 0, "reload without a listener")
    check(not path.exists(), "the socket is still there")


def scenario(bench):
    if shutil.which("promtool") is None:
        raise Skip("promtool is not installed")
    api = bench.simulator(entries=ENTRIES)
    archive = bench.archive()
    receiver = bench.http_receiver()
    receiver_url = receiver.url
    daemon = bench.daemon(sources=[api.source()], outputs=[archive.config()],
                          http={"listen": "127.0.0.1:0"})
    daemon.start()
    daemon.wait_delivered()
    address = listening(daemon)
    check_well(address)

    browser = Browser(bench)
    bench.cleanup.callback(browser.stop)
    look_at_data(browser, f"http://{address}/status")
    look_otherwise(browser, f"http://{address}/status")

    receiver.stop()
    failing = {**bench.http_output(receiver, "siem"), "url": receiver_url, "retry": []}
    daemon.change(outputs=[archive.config(), failing])
    same(daemon.control("reload").code, 0, "reload")
    same(listening(daemon), address, "the listener stays where it is")
    daemon.control("checkpoint", "set", "acme", str(api.stats()["now"] - 86400), "--redeliver")
    look_at_failing(browser, address)
    look_at_empty(bench, browser)
    move_listener(daemon)
    daemon.stop()


run(scenario)
