"""validate.py SCHEMA: checks messages against a JSON Schema (draft 2020-12) with the library jsonschema.

Reads one message on each line of standard input, with the name of its schema and a tab before it. Prints a line for
each: "valid", or what is wrong with it."""
import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    document = json.load(file)
Draft202012Validator.check_schema(document)
validators = {
    name: Draft202012Validator({"$schema": document["$schema"], "$ref": f"#/$defs/{name}", "$defs": document["$defs"]})
    for name in document["$defs"]
}
for line in sys.stdin:
    name, _, message = line.partition("\t")
    if name not in validators:
        print(f"there is no schema named {name}")
        continue
    error = next(validators[name].iter_errors(json.loads(message)), None)
    print("valid" if error is None else f"{name}: {error.message}".replace("\n", " "))
