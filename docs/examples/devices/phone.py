"""A measuring command for tests and for docs/devices.md: it keeps the contract and invents the times.

The first argument says what goes wrong: nothing, or one of the words below.
"""

import json
import os
import signal
import sys
import time

WRONG = (
    "fine hangs hangs-at-once garbage garbage-at-once thirds lacks-swish crashes crashes-quietly away away-at-first "
    "away-once away-often ends unsure old-protocol halves refuses unnamed".split()
)


def note(text):
    os.write(2, (text + "\n").encode())


def describe(wrong, version, memory):
    if wrong == "hangs-at-once":
        time.sleep(60)
    if wrong == "garbage-at-once":
        return print("Segment 7 online, have a nice day")
    if wrong == "away" or wrong == "away-at-first" and is_first(memory):
        note("error: no phone on the cable")
        sys.exit(3)
    answer = {
        "protocol": 2 if wrong == "old-protocol" else 1,
        "device": "phone",
        "runtime": "invented",
        "version": version,
        "precision": "fp32",
        "threads": 1,
        "cpu": "none",
        "flags": [],
        "formats": ["onnx"],
    }
    if wrong == "unnamed":
        del answer["runtime"]
    print(json.dumps(answer))


def is_first(path):
    """Whether nobody has asked before; a file remembers."""
    if os.path.exists(path):
        return False
    open(path, "w").close()
    return True


def measure(wrong, options, memory):
    models = [json.loads(line) for line in open(options["--models"]) if line.strip()]
    alone = len(models) == 1
    if wrong == "away-once" and not alone and is_first(memory):
        note("error: the cable came off")
        sys.exit(3)
    if wrong == "away-often":
        # Every other time; when it is there, it answers about one model.
        if is_first(memory):
            note("error: the cable came off")
            sys.exit(3)
        os.remove(memory)
        models = models[:1]
    if wrong == "refuses":
        note("error: no such option: --core")
        sys.exit(2)
    good = True
    with open(options["--out"], "w") as out:
        for number, model in enumerate(models):
            name = model["id"]
            if wrong != "crashes-quietly":
                note(f"running {name}")
            if wrong == "hangs" and name.startswith("global_pool"):
                time.sleep(60)
            if wrong.startswith("crashes") and name.startswith("global_pool"):
                os.kill(os.getpid(), signal.SIGSEGV)
            if wrong == "ends" and not alone:
                note("Traceback: out of memory")
                sys.exit(7)
            if wrong == "garbage" and not alone:
                out.write("Segment 7 online\n")
                continue
            if wrong == "halves" and number % 2 and not alone:
                continue
            line = {"id": name, "sha256": model["sha256"]}
            if wrong == "lacks-swish" and "swish" in name:
                line.update(status="unsupported", message="no operator 'swish'")
                good = False
            elif wrong == "thirds" and number % 3 == 2:
                line.update(status="run-failed", message="cold start")
                good = False
            else:
                size = os.path.getsize(model["path"])
                latency = 0.001 if name.startswith("activation(in=1x1x1") else size * 1e-5
                sure = wrong != "unsure" or alone or not is_first(memory + str(number))
                line.update(
                    status="ok" if sure else "unconfirmed",
                    latency_ms=latency,
                    passes_ms=[latency, latency * (1.01 if sure else 1.2), latency * 1.3],
                    wall_ms=latency,
                    runs=15,
                    clock="none",
                    confirmed=sure,
                    load_ms=1,
                )
            out.write(json.dumps(line) + "\n")
            out.flush()
    sys.exit(0 if good else 1)


def main(words):
    wrong = words.pop(0) if words and words[0] in WRONG else "fine"
    version = words.pop(0) if words and words[0][0].isdigit() else "1.0"
    memory = words.pop(0) if words and "/" in words[0] else "/nowhere/memory"
    if words == ["describe"]:
        return describe(wrong, version, memory)
    if words[:1] == ["measure"]:
        return measure(wrong, dict(zip(words[1::2], words[2::2])), memory)
    note("error: say 'describe' or 'measure'")
    sys.exit(2)


main(sys.argv[1:])
