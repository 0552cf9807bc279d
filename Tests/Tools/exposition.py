"""Reads metrics in Prometheus' text format from standard input with the parser of its own client library, and prints
them as JSON: a list of samples."""
import json
import sys

from prometheus_client.parser import text_string_to_metric_families

json.dump(
    [
        {"name": sample.name, "type": family.type, "labels": sample.labels, "value": sample.value}
        for family in text_string_to_metric_families(sys.stdin.read())
        for sample in family.samples
    ],
    sys.stdout,
)
