#!/usr/bin/env python3
"""Adds people to an organization from a CSV with the columns user_id and role:

  python3 add_members.py org_d0915bb74c5 people.csv

GATEWAY_URL defaults to http://localhost:4000/graphql. TOKEN is sent as a bearer token.
Exits with 0 when all were added, with 1 when some were not, and with 2 when some have no result.
"""

import csv
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request

GATEWAY_URL = os.environ.get("GATEWAY_URL", "http://localhost:4000/graphql")
TOKEN = os.environ.get("TOKEN")

MUTATION = """
  mutation AddMembers($input: AddOrganizationUsersInput!) {
    addOrganizationUsers(input: $input) {
      addedUserIds
      userErrors {
        code
        field
        message
      }
    }
  }
"""

# Nothing was written, so the same request can be sent again after a while.
TEMPORARY = {
    "RATE_LIMITED",
    "UPSTREAM_TIMEOUT",
    "UPSTREAM_UNAVAILABLE",
    "IDEMPOTENCY_UNAVAILABLE",
    "OVERLOADED",
}
# Codes of people whose batch failed, or who came after it. Nothing was written for them, so they can be
# sent again. WRITE_OUTCOME_UNKNOWN isn't here: those may have been added.
UNSENT = {
    "NOT_ATTEMPTED",
    "RATE_LIMITED",
    "UPSTREAM_UNAVAILABLE",
    "UPSTREAM_TIMEOUT",
    "UPSTREAM_BAD_RESPONSE",
    "UPSTREAM_BUDGET_EXCEEDED",
    "DEADLINE_EXCEEDED",
    "UNAUTHENTICATED",
    "FORBIDDEN",
}
MAX_ATTEMPTS = 5
FIRST_WAIT_SECONDS = 0.5


class Failure(Exception):
    """Ends the script with a message and exit code 2."""


def read_people(path):
    """Reads the users of a file, and the line of each. Excel begins files with a byte order mark."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames != ["user_id", "role"]:
                raise Failure(f'{path} must begin with "user_id,role".')
            people = [(row, rows.line_num) for row in rows]
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"The file can't be read: {error}") from error
    for row, line in people:
        if not row["user_id"] or not row["role"]:
            raise Failure(f"Line {line} must be a user_id and a role.")
    users = [{"userId": row["user_id"], "roles": [{"key": row["role"]}]} for row, _ in people]
    return users, [line for _, line in people]


def post(body):
    """Returns the response's status, headers and JSON, whatever the status."""
    headers = {
        "content-type": "application/json",
        "accept": "application/graphql-response+json, application/json",
    }
    if TOKEN:
        headers["authorization"] = f"Bearer {TOKEN}"
    request = urllib.request.Request(GATEWAY_URL, json.dumps(body).encode(), headers)
    try:
        response = urllib.request.urlopen(request, timeout=120)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return response.status, response.headers, json.load(response)


def send(data):
    """Sends the mutation once. Returns its payload, or why there is none and how long to wait."""
    try:
        status, headers, result = post({"query": MUTATION, "variables": {"input": data}})
    except (OSError, http.client.HTTPException, ValueError) as error:
        # The write may have happened. With the same idempotencyKey, it doesn't happen twice.
        return None, f"{GATEWAY_URL}: {error}", None
    payload = (result.get("data") or {}).get("addOrganizationUsers")
    if payload is not None:
        return payload, None, None
    error = (result.get("errors") or [{}])[0]
    extensions = error.get("extensions", {})
    code = extensions.get("code", f"HTTP {status}")
    if code in TEMPORARY:
        asked = extensions.get("retryAfterSeconds", headers.get("retry-after"))
        return None, error["message"], None if asked is None else float(asked)
    if code == "WRITE_OUTCOME_UNKNOWN":
        raise Failure(
            f"Look at the members before you try again, with another file: {error['message']}"
        )
    raise Failure(f"{code}: {error.get('message')}")


def add_members(data):
    for attempt in range(MAX_ATTEMPTS):
        payload, reason, wait = send(data)
        if payload is not None:
            return payload
        if attempt + 1 < MAX_ATTEMPTS:
            wait = FIRST_WAIT_SECONDS * 2**attempt if wait is None else wait
            print(f"No result: {reason}\nTrying again in {wait:g} s.", file=sys.stderr)
            time.sleep(wait)
    advice = "Run it again: nobody is added twice."
    raise Failure(f"No result after {MAX_ATTEMPTS} attempts: {reason}\n{advice}")


def idempotency_key(organization_code, users):
    """The same people make the same key: sending them again is a retry, and writes nothing twice."""
    content = json.dumps([organization_code, users]).encode()
    return hashlib.sha256(content).hexdigest()


class Result:
    """Who was added, why others were not, and whose positions have no result yet."""

    def __init__(self):
        self.added = 0
        self.errors = []
        self.left = []


def add_everybody(organization_code, users, result):
    """Adds everybody.

    The gateway stores the result of a bulk write that was done in part, so a retry with its key would
    change nothing: the people who are left are sent as an input with a key of its own.
    Writes what is known into the result, also when it raises.
    """
    result.left = list(range(len(users)))
    while result.left:
        positions = result.left
        rest = [users[position] for position in positions]
        payload = add_members(
            {
                "organizationCode": organization_code,
                "users": rest,
                "idempotencyKey": idempotency_key(organization_code, rest),
            }
        )
        result.added += len(payload["addedUserIds"])
        result.left = []
        for error in payload["userErrors"]:
            field = error["field"] or []
            position = None
            if field[:1] == ["users"] and len(field) > 1:
                position = positions[int(field[1])]
            if position is not None and error["code"] in UNSENT:
                result.left.append(position)
            else:
                result.errors.append((position, error["code"], error["message"]))
        # Each round gets through a batch at least, so this ends.
        if len(result.left) == len(positions):
            raise Failure("Nobody was added.")
        if result.left:
            print(f"Sending {len(result.left)} people again.", file=sys.stderr)


def report(users, lines, result):
    """Prints who was not added, and why."""
    print(f"Added {result.added} of {len(users)} people.")
    for position, code, message in result.errors:
        where = "All" if position is None else f"Line {lines[position]}, {users[position]['userId']}"
        print(f"{where}: {code}: {message}")
    if result.left:
        print(f"No result for {len(result.left)} people.")


def main():
    if len(sys.argv) != 3:
        raise Failure("Usage: add_members.py ORGANIZATION_CODE FILE")
    organization_code, path = sys.argv[1:]
    users, lines = read_people(path)
    result = Result()
    try:
        add_everybody(organization_code, users, result)
    finally:
        # Without a response there is nothing to report.
        if len(result.left) < len(users):
            report(users, lines, result)
    return 1 if result.errors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(2)
