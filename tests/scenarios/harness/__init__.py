"""What a scenario needs: the simulator, the daemon, receivers, and judges of what arrived.

A scenario is a file beside this package. It opens with a sentence that says what must hold, and has
one function that takes a Bench:

    from harness import judge, run

    def scenario(bench):
        api = bench.simulator(entries=1000)
        archive = bench.archive()
        daemon = bench.daemon(sources=[api.source()], outputs=[archive.config()])
        daemon.once()
        judge.exactly_once(archive.lines(), api.expected())

    run(scenario)

Nothing sleeps for a fixed time: `waiting.until` waits for an event, with a limit that only a broken
program reaches. All that a scenario starts or writes is gone at its end, and whatever it was about,
the end also looks for secrets in logs, dump and state, and for reports of the sanitizers.
"""

from .bench import Bench
from .failure import Failure, Skip
from .main import run

__all__ = ["Bench", "Failure", "Skip", "run"]
