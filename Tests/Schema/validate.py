#!/usr/bin/env python3
"""Holds files against grammar/space.schema.json with a validator that is not ours.

Needs jsonschema and PyYAML (Makefile, `validator`). The files are named on standard input, one a line; the answer is one
line for each, in that order: the path, `right`, `wrong` or `unreadable`, and what is wrong, between tabs. `unreadable`
is what is no YAML.

  validate.py SCHEMA < FILES
"""

import json
import re
import sys

import jsonschema
import yaml


class CoreLoader(yaml.SafeLoader):
    """Plain scalars by the core schema of YAML 1.2.2, section 10.3.2, where `on` and `1:30` are words; keys are words.

    PyYAML reads YAML 1.1. Keys and merge keys are taken as `espalier` takes them: as their text.
    """

    def construct_mapping(self, node, deep=False):
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
]:
    characters = ["" if character == "\0" else character for character in first]
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), characters)


def construct_integer(loader, node):
    text = node.value
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


CoreLoader.add_constructor("tag:yaml.org,2002:int", construct_integer)
CoreLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))
CoreLoader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node))


def complaints(path, validator):
    """The errors of a file, the nearest to its top first."""
    with open(path, "rb") as file:
        document = yaml.load(file, CoreLoader)
    errors = sorted(validator.iter_errors(document), key=lambda error: ([str(part) for part in error.absolute_path], error.message))
    return [f"{error.json_path}: {error.message}" for error in errors]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for path in sys.stdin.read().splitlines():
        try:
            found = complaints(path, validator)
            verdict = "wrong" if found else "right"
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
            found, verdict = [str(error)], "unreadable"
        print(path, verdict, " | ".join(" ".join(text.split()) for text in found), sep="\t")


if __name__ == "__main__":
    main()
