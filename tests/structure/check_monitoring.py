"""The alerts and the dashboard ask for metrics that the daemon has, and promtool finds the alerts right.

docs/monitoring.md tells of each metric of src/daemon/metrics.c: what nobody can look up, nobody
watches."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = re.compile(r"slackauditd_[a-z_]+")
ROW = re.compile(r'\{"([a-z_]+)",\s*"[^"]+",\s*(COUNTER|GAUGE|[a-z_]+)', re.DOTALL)


def metrics():
    """The names as a scraper sees them, from the tables."""
    text = (ROOT / "src/daemon/metrics.c").read_text(encoding="utf-8")
    text = re.sub(r'"\s*\n\s*"', "", text)  # a help text on two lines
    names = {"slackauditd_build_info"}
    for name, kind in ROW.findall(text):
        names.add(f"slackauditd_{name}" + ("_total" if kind == "COUNTER" else ""))
    return names


def expressions():
    alerts = (ROOT / "config/prometheus/alerts.yaml").read_text(encoding="utf-8")
    yield from (("alerts.yaml", name) for name in NAME.findall(alerts) if name != "slackauditd_")
    dashboard = json.loads((ROOT / "config/grafana/slackauditd.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield from (("slackauditd.json", name) for name in NAME.findall(target["expr"]))
    for variable in dashboard["templating"]["list"]:
        yield from (("slackauditd.json", name) for name in NAME.findall(variable["query"]))


def run_promtool(problems):
    if shutil.which("promtool") is None:
        return "promtool is not installed, so the rules themselves were not tested"
    files = sorted((ROOT / "tests/prometheus").glob("*_test.yaml"))
    for words in (["check", "rules", "config/prometheus/alerts.yaml"], ["test", "rules", *map(str, files)]):
        result = subprocess.run(["promtool", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            problems.append(f"promtool {' '.join(words)}:\n{result.stdout}{result.stderr}")
    alerts = set(re.findall(r"- alert: (\w+)", (ROOT / "config/prometheus/alerts.yaml").read_text(encoding="utf-8")))
    tests = "".join(path.read_text(encoding="utf-8") for path in files)
    for alert in sorted(alerts):
        if not re.search(rf"alertname: {alert}\n\s+exp_alerts:", tests):
            problems.append(f"no test sees the alert {alert} fire")
    return f"{len(alerts)} alerts"


def main():
    problems = []
    known = metrics()
    asked = set()
    for place, name in expressions():
        asked.add(name)
        if name not in known:
            problems.append(f"{place} asks for {name}, which the daemon does not have")
    manual = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    for name in sorted(known):
        if f"`{name}`" not in manual:
            problems.append(f"docs/monitoring.md does not tell of {name}")
    for name in NAME.findall(manual):
        if name not in known:
            problems.append(f"docs/monitoring.md tells of {name}, which the daemon does not have")
    words = run_promtool(problems)
    if len(known) < 20 or len(asked) < 10:
        problems.append("nothing was checked: the tables or the expressions were not found")
    for problem in problems:
        print(problem)
    print(f"{len(known)} metrics, {len(asked)} of them in use, {words}, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
