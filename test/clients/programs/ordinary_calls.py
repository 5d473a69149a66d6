"""Makes the calls of standard input (test/clients/plan.ts) with the requests library, as it comes."""

import os
import sys

import requests

session = requests.Session()
session.headers["Authorization"] = "Bearer " + os.environ["TOKEN"]


def body(described):
    kind, _, size = described.partition(" ")
    if kind == "none":
        return None
    data = b"x" * int(size)
    return data if kind == "whole" else iter([data[:1000], data[1000:]])


for line in sys.stdin:
    name, method, target, described, header = line.rstrip("\n").split("\t")
    headers = dict([header.split(": ", 1)]) if header else {}
    answer = session.request(
        method, os.environ["BASE"] + target, data=body(described), headers=headers, allow_redirects=True
    )
    print(name, answer.status_code, answer.text, sep="\t")
