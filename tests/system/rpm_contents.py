"""What is in the RPM packages, as rpm tells it: the same files as in the Debian packages, each in its place and with its
mode, owner and flags; scripts that the shell can read; what they require and provide, and nothing needless; the words and
the version of the Debian packages; nothing that depends on who built them and when.

    rpm_contents.py --packages FOLDER --version VERSION"""

import argparse
import pathlib
import re
import subprocess

from booted import run
from harness.failure import check, same
from rpm_packages import PACKAGES, ask, package_files, source_package, table, tags
from scene import CONFIG, package_files as debian_files

TREE = pathlib.Path(__file__).resolve().parents[2]
DEBIAN_NAMES = {"libslackaudit": "libslackaudit1", "libslackaudit-devel": "libslackaudit-dev"}
DEBIAN_PLACES = ((r"^/usr/lib/[a-z0-9_]+-linux-gnu[a-z0-9_]*/", "/usr/lib64/"), (r"^/lib/systemd/", "/usr/lib/systemd/"),
                 (r"^/usr/share/doc/libslackaudit-dev/", "/usr/share/doc/libslackaudit-devel/"),
                 (r"^/usr/share/zsh/vendor-completions/", "/usr/share/zsh/site-functions/"),
                 (r"^(/usr/share/doc/.*)\.gz$", r"\1"))
DEBIAN_ONLY = re.compile(r"/usr/share/doc/[^/]+/(copyright|changelog|README\.Debian)$")
RPM_ONLY = re.compile(r"/usr/lib/\.build-id/|/usr/share/licenses/")
OWN_FOLDERS = re.compile(r"/etc/slackauditd|/usr/share/slackauditd|/usr/share/(doc|licenses)/[^/]+|/usr/include/slackaudit"
                         r"|/usr/lib64/cmake/slackaudit")
LIBRARIES = {
    "slackauditd": {"libc", "libcurl", "libjson-c", "libmicrohttpd", "libsqlite3", "libsystemd", "libyaml-0", "libz"},
    "libslackaudit": {"libc", "libcurl", "libjson-c"},
    "libslackaudit-devel": set(),
    "slackaudit-sim": {"libc", "libmicrohttpd", "libsystemd"},
}
REQUIRED = {
    "slackauditd": {"/bin/sh", "ca-certificates", "config(slackauditd) = {evr}", "systemd"},
    "libslackaudit": set(),
    "libslackaudit-devel": {"/usr/bin/pkg-config", "json-c-devel{isa}", "libcurl-devel{isa}", "libslackaudit{isa} = {evr}"},
    "slackaudit-sim": set(),
}
PROVIDED = {
    "slackauditd": {"config(slackauditd) = {evr}"},
    "libslackaudit": {"libslackaudit.so.1", "libslackaudit.so.1(SLACKAUDIT_1)"},
    "libslackaudit-devel": {"libslackaudit-static = {evr}", "pkgconfig(slackaudit) = {version}"},
    "slackaudit-sim": set(),
}
SCRIPTS = {"PREIN": ["systemd-sysusers"], "POSTIN": ["slackauditd.service", "slackauditd.socket"],
           "PREUN": ["slackauditd.service", "slackauditd.socket", "slackauditd@.service", "'slackauditd@*.service'"],
           "POSTUN": ["slackauditd.service", "'slackauditd@*.service'"]}
OTHER_SCRIPTS = ("PRETRANS", "POSTTRANS", "VERIFYSCRIPT")


class File:
    """A file of a package: its mode in octal with its type, its owner and group, its flags (c: configuration, n: not to
    be replaced, d: document, l: licence), where a link leads."""

    def __init__(self, row):
        self.name, mode, self.owner, self.group, self.flags, self.link = row
        self.mode = f"{int(mode) & 0xffff:o}"

    @property
    def is_directory(self):
        return self.mode.startswith("4")


def same_names(found, wanted, what):
    check(found == wanted, f"{what}: there is {sorted(found - wanted)} too much, and {sorted(wanted - found)} is missing")


def folders_of(files):
    """The folders of files that no other package has."""
    parents = {str(parent) for path, file in files.items() if not file.is_directory
               for parent in pathlib.PurePath(path).parents}
    return {path for path in parents if OWN_FOLDERS.match(path)}


def flags_of(file):
    """What rpm must know a file as."""
    if file.name == CONFIG:
        return "cn"
    if file.name.startswith("/usr/lib/.build-id"):
        return "a"  # an artifact of rpmbuild
    if file.is_directory:
        return ""
    if file.name.startswith("/usr/share/licenses/"):
        return "l"
    return "d" if re.match(r"/usr/share/(doc|man)/", file.name) else ""


def files_of(package):
    rows = table(package, "FILENAMES", "FILEMODES", "FILEUSERNAME", "FILEGROUPNAME", "FILEFLAGS:fflags", "FILELINKTOS")
    return {row[0]: File(row) for row in rows}


def debian_contents(package):
    """The files of a Debian package, by the names that they have in the RPM."""
    listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True).stdout
    told = subprocess.run(["tar", "--list"], input=listed, capture_output=True, check=True).stdout.decode()
    names = [name.removeprefix(".") for name in told.splitlines() if not name.endswith("/")]
    for pattern, place in DEBIAN_PLACES:
        names = [re.sub(pattern, place, name) for name in names]
    return {name for name in names if not DEBIAN_ONLY.match(name)}


def check_files(name, package, debian):
    files = files_of(package)
    same_names({path for path, file in files.items() if not file.is_directory and not RPM_ONLY.match(path)},
               debian_contents(debian), f"{name}, against {debian.name}")
    same_names({path for path, file in files.items() if file.is_directory and "/.build-id" not in path},
               folders_of(files), f"the directories of {name}")
    for path, file in files.items():
        same((file.owner, file.group), ("root", "root"), f"owner and group of {path}")
        if file.is_directory:
            same(file.mode, "40755", f"the mode of {path}")
        elif not file.link:
            wanted = "100755" if re.match(r"/usr/bin/|/usr/lib64/[^/]*\.so", path) else "100644"
            same(file.mode, wanted, f"the mode of {path}")
        same(file.flags, flags_of(file), f"the flags of {path}")
    for path in [path for path in files if path.startswith("/usr/bin/")]:
        pages = [f"/usr/share/man/man{section}/{pathlib.Path(path).name}.{section}.gz" for section in (1, 8)]
        check(any(page in files for page in pages), f"{path} has no manual page")
    if name != "libslackaudit-devel":  # which requires one that has it
        check(f"/usr/share/licenses/{name}/LICENSE" in files, f"{name} has no licence")


def check_scripts(packages):
    for name, package in packages.items():
        wanted = SCRIPTS if name == "slackauditd" else {}
        for kind in (*SCRIPTS, *OTHER_SCRIPTS):
            script, shell = tags(package, kind, kind + "PROG")
            if kind not in wanted:
                same(script, "(none)", f"the script {kind} of {name}")
                continue
            same(shell, "/bin/sh", f"what runs {kind} of {name}")
            same(subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=True).stderr, "", kind)
            check(not re.search(r"%[{a-z_]", script), f"{kind} of {name} has a macro that is not known:\n{script}")
            for word in wanted[kind]:
                check(word in re.split(r"[\s;]+", script), f"{kind} of {name} does not say {word}:\n{script}")
        same(ask(package, "--triggers"), "", f"triggers of {name}")


def check_dependencies(name, package):
    """Libraries by their names: those of the programs; else what the specification says and rpm adds."""
    version, release, arch = tags(package, "VERSION", "RELEASE", "ARCH")
    facts = {"version": version, "evr": f"{version}-{release}", "isa": f"({arch.replace('_', '-')})"}
    asked = set(ask(package, "--requires").splitlines())
    libraries = {line for line in asked if re.match(r"\S+\.so\.", line)}
    rest = {line for line in asked - libraries if not line.startswith(("rpmlib(", "rtld("))}
    same_names({line.split(".so.")[0] for line in libraries}, LIBRARIES[name], f"the libraries that {name} requires")
    same_names(rest, {line.format(**facts) for line in REQUIRED[name]}, f"what {name} requires")
    given = {line.replace("()(64bit)", "").replace(")(64bit)", ")") for line in ask(package, "--provides").splitlines()}
    itself = {f"{name} = {{evr}}", f"{name}{{isa}} = {{evr}}"}
    same_names(given, {line.format(**facts) for line in itself | PROVIDED[name]}, f"what {name} provides")
    same(ask(package, "--suggests"), "slackaudit-sim" if name == "slackauditd" else "", f"what {name} suggests")
    for kind in ("--conflicts", "--obsoletes", "--recommends", "--supplements", "--enhances"):
        same(ask(package, kind), "", f"{kind} of {name}")


def check_build_requirements(source):
    """The libraries and versions that CMakeLists.txt looks for."""
    text = (TREE / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.findall(r"^pkg_check_modules\(\w+ REQUIRED IMPORTED_TARGET ([\w.-]+?)(?:>=([\d.]+))?\)$", text, re.MULTILINE)
    check(len(found) > 5, f"CMakeLists.txt asks for {found} alone")
    cmake = re.search(r"^cmake_minimum_required\(VERSION ([\d.]+)\)$", text, re.MULTILINE)[1]
    wanted = {f"pkgconfig({name})" + (f" >= {least}" if least else "") for name, least in found}
    wanted |= {f"cmake >= {cmake}", "gcc", "ninja-build", "systemd-rpm-macros"}
    same_names({line for line in ask(source, "--requires").splitlines() if not line.startswith("rpmlib(")}, wanted,
               "what is needed to build")


def described(text):
    """Paragraphs, however they are broken into lines."""
    return [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]


def debian_descriptions():
    """Summary and paragraphs of each package in debian/control."""
    control = (TREE / "packaging/debian/control").read_text(encoding="utf-8")
    found = re.findall(r"^Package: (\S+)$.*?^Description: (.*?)$(.*?)(?=^\S|\Z)", control, re.MULTILINE | re.DOTALL)
    return {name: (summary, described(text.replace("\n .\n", "\n\n"))) for name, summary, text in found}


def check_words(packages, version):
    """What the package says of itself is what the Debian package says."""
    debian = debian_descriptions()
    for name, package in packages.items():
        summary, text, licence = tags(package, "SUMMARY", "DESCRIPTION", "LICENSE")
        wanted = debian[DEBIAN_NAMES.get(name, name)]
        same((summary[0].lower() + summary[1:], described(text)), wanted, f"the description of {name}")
        same(licence, "MIT", f"the licence of {name}")
        same(tags(package, "VERSION")[0], version, f"the version of {name}")


def check_reproducible(packages):
    """Every time is that of the commit, and no name is that of a machine."""
    stated = {tuple(tags(package, "BUILDTIME", "BUILDHOST", "PACKAGER")) for package in packages}
    same(len(stated), 1, f"times, hosts and packagers: {stated}; their number")
    time, host, _ = stated.pop()
    same(host, "localhost", "the machine that built")
    for package in packages:
        late = [row for row in table(package, "FILENAMES", "FILEMTIMES") if int(row[1]) > int(time)]
        same(late, [], f"files of {package.name} that are later than the commit")
    same(len(table(packages[0], "CHANGELOGTIME", "CHANGELOGNAME")), 1, "entries of the changelog")


def test():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    arguments = parser.parse_args()
    packages = package_files(arguments.packages)
    debian = debian_files(arguments.packages)
    source = source_package(arguments.packages)
    for name, package in packages.items():
        check_files(name, package, debian[DEBIAN_NAMES.get(name, name)])
        check_dependencies(name, package)
    check(CONFIG in files_of(packages["slackauditd"]), "the configuration is missing")
    check_scripts(packages)
    check_build_requirements(source)
    check_words(packages, arguments.version)
    check_reproducible([*packages.values(), source])
    print(f"{len(PACKAGES)} packages, {sum(len(files_of(package)) for package in packages.values())} files")


run(test)
