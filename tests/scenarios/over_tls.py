"""The API and an HTTP collector over TLS, directly and through a proxy that wants user
information: all arrives; a certificate of somebody else is refused, with a clear word and without
a single request; the proxy's password stays secret."""

from harness import judge, run, settings
from harness.failure import check, same

ENTRIES = 3000


def refuses(bench, api, sources, outputs):
    """Trusts the wrong authority."""
    calls = api.stats()["calls"]
    daemon = bench.daemon(sources, outputs, name="distrustful", retry=settings.retry(most=1))
    daemon.start()
    status = daemon.wait_status(
        lambda now: now["sources"][0]["failures"] > 0, "the API's certificate to be refused")
    error = status["sources"][0]["last_error"]
    check("certificate" in error, f"the status does not say why: {error}")
    daemon.stop()
    same(api.stats()["calls"], calls, "calls of somebody who does not trust the API")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    collector, proxied = bench.http_receiver(), bench.http_receiver()
    authority, stranger = bench.authority(), bench.authority("stranger")
    trust = {"ca_file": str(authority.file)}
    password = bench.secret()
    fronts = [bench.tls_front(authority.certificate(), port)
              for port in (api.port, collector.port, proxied.port)]
    proxy = bench.proxy(f"somebody:{password}")
    proxy_url = bench.secret_file(password)
    proxy_url.write_text(f"http://somebody:{password}@127.0.0.1:{proxy.port}\n")
    urls = [f"https://127.0.0.1:{front.port}" for front in fronts]

    sources = [api.source(name="direct", base_url=f"{urls[0]}/audit/v1/", tls=trust),
               api.source(name="proxied", base_url=f"{urls[0]}/audit/v1/", tls=trust,
                          proxy={"file": str(proxy_url)})]
    outputs = [bench.http_output(collector, url=f"{urls[1]}/in", tls=trust, sources=["direct"]),
               bench.http_output(proxied, "far", url=f"{urls[2]}/in", tls=trust,
                                 sources=["proxied"], proxy={"file": str(proxy_url)})]
    daemon = bench.daemon(sources, outputs)
    daemon.once()
    judge.same_order(collector.entries(), api.expected(), "the collector over TLS")
    judge.same_order(proxied.entries(), api.expected(), "the collector through the proxy")
    same(proxy.targets, {f"127.0.0.1:{fronts[0].port}", f"127.0.0.1:{fronts[2].port}"},
         "what the proxy was asked for")

    wrong = {"ca_file": str(stranger.file)}
    refuses(bench, api, [{**sources[0], "tls": wrong}], [outputs[0]])


run(scenario)
