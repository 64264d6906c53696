"""What the tests of containers have in common: the simulator behind TLS and a name that only DNS knows, a configuration
that reads it, and a judge of the archive that a daemon writes."""

from engine import own
from harness import judge
from harness.archive import lines_so_far
from harness.name_server import NameServer
from harness.waiting import until

NAME = "slack.test"
ENTRIES = 3000
LIVE = 20  # a second
TOKEN_PATH = "/run/secrets/acme-token"
ARCHIVE = "/var/log/slackauditd/acme.ndjson"


class Scene:
    """The world outside of the container."""

    def __init__(self, bench):
        self.bench = bench
        self.api = bench.simulator(entries=ENTRIES, live=LIVE)
        self.names = NameServer(NAME)
        authority = bench.authority()
        self.front = bench.tls_front(authority.certificate("server", [f"DNS:{NAME}"]), self.api.port)
        self.config = bench.folder / "config"
        self.config.mkdir()
        (self.config / "ca.pem").write_bytes(authority.file.read_bytes())

    def source(self, token=TOKEN_PATH):
        return (f"  - {{name: acme, token: {{file: {token}}}, base_url: 'https://{NAME}:{self.front.port}/audit/v1/',\n"
                f"     start: {self.api.first_time - 1}, calls_per_minute: 60000, poll_interval: 300ms,\n"
                f"     fresh_interval: 100ms, tls: {{ca_file: /etc/slackauditd/ca.pem}}}}\n")

    def configure(self, token=TOKEN_PATH, outputs=(("archive", ARCHIVE),), more=""):
        """The file that the container reads. `outputs` are names and paths of files, `more` is another output."""
        files = "".join(f"  - {{name: {name}, type: file, path: {path}}}\n" for name, path in outputs)
        self.write(f"http: {{listen: '0.0.0.0:9464'}}\nsources:\n{self.source(token)}outputs:\n{files}{more}")

    def write(self, text):
        (self.config / "slackauditd.yaml").write_text(text, encoding="utf-8")

    def token_file(self, token):
        return own(self.bench.secret_file(token), mode=0o400)

    def change_token(self):
        """From now on the API takes another token alone."""
        token = self.bench.secret("xoxp-")
        self.api.set_tokens(token)
        return token

    def check_all_arrive(self, archive):
        """All that the API shows by now comes, and nothing comes twice. Returns how many entries there are."""
        shown = set(self.api.expected())
        until(lambda: shown <= set(lines_so_far(archive)), lambda: f"{len(shown)} entries in {archive}, which has "
              f"{len(lines_so_far(archive))}")
        found = lines_so_far(archive)
        judge.exactly_once(found, judge.arrived(found, self.api.expected()), str(archive))
        return len(found)
