"""Certificates for one run, made with the openssl command."""

import ssl
import subprocess


class Authority:
    """An authority of its own, and servers' certificates that it signs."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder
        self.key_file = folder / "ca.key"
        self.file = folder / "ca.pem"
        openssl("req", "-x509", *new_key(self.key_file), "-subj", "/CN=Test authority",
                "-days", "2", "-out", self.file)

    def certificate(self, name="server", names=("IP:127.0.0.1", "DNS:localhost")):
        return Certificate(self, name, names)


class Certificate:
    """A server's certificate for the given names."""

    def __init__(self, authority, name, names):
        self.authority = authority
        self.key_file = authority.folder / f"{name}.key"
        self.file = authority.folder / f"{name}.pem"
        request = authority.folder / f"{name}.csr"
        extensions = authority.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(names)}\n")
        openssl("req", *new_key(self.key_file), "-subj", f"/CN={name}", "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", authority.file, "-CAkey", authority.key_file,
                "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", self.file)

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key_file)
        return context


def new_key(path):
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
