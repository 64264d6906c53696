"""A real rsyslogd, as Debian ships it, that listens on TCP or TLS and writes what it gets to a
file."""

import shutil

from .failure import Skip
from .process import Process
from .syslog_receiver import message_of
from .waiting import until

CONFIGURATION = """\
global(
    workDirectory="{folder}"
    maxMessageSize="256k"
    parser.escapeControlCharactersOnReceive="off"
    {tls_global}
)
module(load="imtcp" {tls_module})
input(type="imtcp" address="127.0.0.1" port="{port}" listenPortFileName="{port_file}"
    ruleset="keep")
template(name="raw" type="string" string="%rawmsg%\\n")
ruleset(name="keep") {{
    action(type="omfile" file="{file}" template="raw")
}}
"""

TLS_GLOBAL = """\
defaultNetstreamDriver="ossl"
    defaultNetstreamDriverCAFile="{ca}"
    defaultNetstreamDriverCertFile="{certificate}"
    defaultNetstreamDriverKeyFile="{key}\""""

TLS_MODULE = 'streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"'


class Rsyslog:
    """`certificate`: speaks TLS and shows it."""

    def __init__(self, bench, name="rsyslog", certificate=None):
        program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program is None:
            raise Skip("rsyslogd is not installed (Debian: rsyslog, rsyslog-openssl)")
        self.bench = bench
        self.name = name
        self.program = program
        self.certificate = certificate
        self.folder = bench.folder / name
        self.folder.mkdir()
        self.file = self.folder / "received"
        self.port = 0
        self.process = None
        self.start()

    def start(self):
        """Starts it, on the port that it had before if it ran before."""
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        tls = self.certificate
        configuration = CONFIGURATION.format(
            folder=self.folder, port=self.port, port_file=port_file, file=self.file,
            tls_global="" if tls is None else TLS_GLOBAL.format(
                ca=tls.authority.file, certificate=tls.file, key=tls.key_file),
            tls_module="" if tls is None else TLS_MODULE)
        path = self.folder / "rsyslog.conf"
        path.write_text(configuration)
        self.process = Process(
            self.name, [self.program, "-n", "-f", path, "-i", self.folder / "pid"],
            self.folder / "rsyslogd.log")
        self.bench.own(self.process)
        self.port = int(self.process.wait_for_file(port_file))

    def stop(self):
        """Ends it; what it has got is in the file then."""
        self.process.stop()

    @property
    def address(self):
        return f"{'tcp' if self.certificate is None else 'tls'}://127.0.0.1:{self.port}"

    def count(self):
        if not self.file.exists():
            return 0
        with open(self.file, "rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))

    def messages(self):
        """The message of each line, without header and byte-order mark, in order of arrival."""
        if not self.file.exists():
            return []
        return [message_of(line) for line in self.file.read_bytes().splitlines()]

    def wait_count(self, count, limit=60.0):
        until(lambda: self.count() >= count,
              lambda: f"{count} messages at rsyslogd, which has {self.count()}", limit, step=0.05)
