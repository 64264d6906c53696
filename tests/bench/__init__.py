"""What `make bench` measures: the goals for time, memory and latency, side by side in one run.

A part is a module with one noun and a function `measure(place, report)`: `place` (workplace.py)
makes the simulator, the daemon and receivers, out of the same harness as the scenarios; `report`
(report.py) takes a row for each figure, with its goal where it has one. main.py has the table of
parts. To add a measurement: write such a module and name it there.

The C programs beside the modules are what the daemon is measured against (bare.c, codec.c,
request.c), sends to (sink.c), or is made of (bench_NAME.c).
"""
