"""A source gets what its filter asks for and nothing else: by action at the API and, past 30 of
them, here; by actor; by entity. An output narrows that further with `only` and `except`."""

import collections
import fnmatch
import json

from harness import judge, run
from harness.failure import check


def scenario(bench):
    api = bench.simulator(entries=6000)
    every = [json.loads(entry) for entry in api.expected()]
    actions = [name for name, _ in collections.Counter(
        entry["action"] for entry in every).most_common()]
    check(len(actions) > 45, f"only {len(actions)} actions")
    actor = every[17]["actor"]["user"]["id"]
    entity = next(entry["entity"][entry["entity"]["type"]]["id"] for entry in every[40:]
                  if "id" in entry["entity"].get(entry["entity"]["type"], {}))
    filters = {
        "few": {"actions": actions[:5]},
        "many": {"actions": actions[:40]},
        "actor": {"actor": actor},
        "entity": {"entity": entity},
    }
    archives = {name: bench.archive(name) for name in (*filters, "narrow")}
    patterns = ["file_*", "user_log*"]
    daemon = bench.daemon(
        sources=[api.source(name=name, filter=keys) for name, keys in filters.items()],
        outputs=[archives[name].config(sources=[name]) for name in filters] + [
            archives["narrow"].config(sources=["many"], only={"actions": patterns},
                                      **{"except": {"actions": ["user_logout"]}})])
    daemon.once()

    judge.same_order(archives["few"].lines(), api.expected(action=",".join(actions[:5])), "few")
    many = [entry for entry in api.expected() if json.loads(entry)["action"] in actions[:40]]
    judge.same_order(archives["many"].lines(), many, "many")
    judge.same_order(archives["actor"].lines(), api.expected(actor=actor), "actor")
    judge.same_order(archives["entity"].lines(), api.expected(entity=entity), "entity")
    narrow = [entry for entry in many
              if any(fnmatch.fnmatchcase(json.loads(entry)["action"], one) for one in patterns)
              and json.loads(entry)["action"] != "user_logout"]
    check(0 < len(narrow) < len(many), "the patterns do not narrow")
    judge.same_order(archives["narrow"].lines(), narrow, "narrow")


run(scenario)
