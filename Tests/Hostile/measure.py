#!/usr/bin/env python3
"""Validates every hostile file and says what each answer took; ends with 1 when one is not good enough.

    measure.py BINARY [--only WORD] [--write PAGE] [--keep FOLDER]

Good enough: an answer within 1 s of wall time, 200 MB of memory and 1 MB of text; a diagnostic with a code that is
expected and a place, or the words for a file that cannot be read; never a signal.
"""

import argparse
import os
import re
import shutil
import signal
import sys
import tempfile
import time

import hostile_files

SECONDS, MEGABYTES, ANSWER = 1.0, 200, 1_000_000
GIVEN_UP = 5


def build(folder, name):
    """Writes the files of a case, in a process of its own: the memory that it takes would count as the binary's."""
    child = os.fork()
    if child == 0:
        try:
            for path, content in hostile_files.cases()[name][0].items():
                path = os.path.join(folder, path)
                if callable(content):
                    content(path)
                else:
                    with open(path, "wb") as file:
                        file.write(content)
        except BaseException as error:
            print(f"{name}: {error!r}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"cannot write the files of '{name}'")


def measured(binary, folder, arguments):
    """Exit status, wall time, peak memory in MB, and the text of one run."""
    output = os.path.join(folder, "answer.txt")
    redirect = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2)]
    began = time.perf_counter()
    process = os.posix_spawn(binary, [binary, "validate", *arguments], os.environ, file_actions=redirect)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(process, signal.SIGKILL))
    signal.alarm(GIVEN_UP)
    _, status, usage = os.wait4(process, 0)
    signal.alarm(0)
    took = time.perf_counter() - began
    with open(output, "rb") as file:
        text = file.read(20_000).decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    return code, took, usage.ru_maxrss * 1024 / 1e6, text, os.path.getsize(output)


def faults(codes, code, took, memory, text, size):
    """What is wrong with an answer; empty when it is good."""
    found = []
    if code < 0:
        found.append(f"signal {-code}")
    if took > SECONDS:
        found.append("time")
    if memory > MEGABYTES:
        found.append("memory")
    if size > ANSWER:
        found.append("long answer")
    if not codes and code != 0:
        found.append("refused")
    if codes and code == 0 and "" not in codes:
        found.append("accepted")
    if code != 0 and not any(word in text for word in codes):
        found.append("other code")
    if code == 1 and not re.search(r"^  --> .*:\d+:\d+$", text, re.MULTILINE):
        found.append("no place")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--only", default="")
    parser.add_argument("--write")
    parser.add_argument("--keep")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    names = [name for name in case_names() if options.only in name]
    rows, bad = [], 0
    for name in names:
        root = tempfile.mkdtemp(prefix="hostile-")
        folder = os.path.join(root, "project")
        os.mkdir(folder)
        build(folder, name)
        answer = measured(binary, folder, [os.path.join(folder, "space.yaml")])
        code, took, memory, text, size = answer
        wrong = faults(case_names()[name], *answer)
        bad += bool(wrong)
        head = re.search(r"(error|warning)\[(ES\d+)\]", text)
        said = head.group(2) if head else ("valid" if code == 0 else text.strip().splitlines()[-1][-60:] if text.strip() else "")
        rows.append((name, code, said, took, memory, size, ", ".join(wrong)))
        print(f"{name:45} {code:3} {said:10.60} {took * 1000:7.0f} ms {memory:6.0f} MB {size:8} B  {', '.join(wrong)}", flush=True)
        if options.keep and wrong:
            shutil.move(root, os.path.join(options.keep, re.sub(r"\W+", "-", name)))
        else:
            shutil.rmtree(root)
    print(f"{len(names) - bad} of {len(names)} answers are good")
    if options.write:
        write(options.write, rows)
    return 1 if bad else 0


def write(page, rows):
    """The page with the table of all answers."""
    with open("/proc/cpuinfo") as file:
        machine = re.search(r"model name\s*: (.*)", file.read()).group(1)
    good = sum(not wrong for *_, wrong in rows)
    with open(page, "w") as file:
        file.write(PAGE.format(all=len(rows), good=good, machine=machine, cores=os.cpu_count()))
        for name, code, said, took, memory, size, wrong in rows:
            said = said if re.fullmatch(r"ES\d+|valid", said) else "cannot be read" if code == 2 else "no answer"
            file.write(f"| {name} | {code} | {said} | {took * 1000:.0f} | {memory:.0f} | {size} | {wrong} |\n")


PAGE = """# Hostile files

`make hostile` validates {all} files made to take a machine's time or memory, and writes this page. An answer is good that
comes within 1 s and 200 MB, has a code and a place, and is no longer than 1 MB; a process is ended after 5 s. Exit code 1
is a space that is refused, 2 a file that cannot be read, a negative one the signal that ended the process.

{good} of {all} answers are good. Measured on {machine}, {cores} cores, shared with other work.

| file | exit code | answer | ms | MB | bytes of text | not good |
|---|---|---|---|---|---|---|
"""


def case_names():
    """The names of the cases with their codes, read in a process of its own for the same reason as in `build`."""
    if not hasattr(case_names, "found"):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            text = repr({name: codes for name, (_, codes) in hostile_files.cases().items()})
            with os.fdopen(writer, "w") as file:
                file.write(text)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            case_names.found = eval(file.read(), {"set": set})
        os.waitpid(child, 0)
    return case_names.found


if __name__ == "__main__":
    sys.exit(main())
