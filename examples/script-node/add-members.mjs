#!/usr/bin/env node
/**
 * Adds people to an organization from a CSV with the columns user_id and role:
 *
 *   node add-members.mjs org_d0915bb74c5 people.csv
 *
 * GATEWAY_URL defaults to http://localhost:4000/graphql. TOKEN is sent as a bearer token.
 * Exits with 0 when all were added, with 1 when some were not, and with 2 when some have no result.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const { GATEWAY_URL = 'http://localhost:4000/graphql', TOKEN } = process.env;

const MUTATION = `
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
`;

/** Nothing was written, so the same request can be sent again after a while. */
const TEMPORARY = new Set([
  'RATE_LIMITED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'IDEMPOTENCY_UNAVAILABLE',
  'OVERLOADED',
]);
/**
 * Codes of people whose batch failed, or who came after it. Nothing was written for them, so they can be
 * sent again. WRITE_OUTCOME_UNKNOWN isn't here: those may have been added.
 */
const UNSENT = new Set([
  'NOT_ATTEMPTED',
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_BUDGET_EXCEEDED',
  'DEADLINE_EXCEEDED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);
const MAX_ATTEMPTS = 5;
const FIRST_WAIT_SECONDS = 0.5;

/** Ends the script with a message and exit code 2. */
class Failure extends Error {}

/** Reads the users of a file, and the line of each. Excel begins files with a byte order mark. */
function readPeople(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new Failure(`The file can't be read: ${error.message}`);
  }
  const [header, ...rest] = text.split(/\r?\n/);
  if (header !== 'user_id,role') throw new Failure(`${path} must begin with "user_id,role".`);
  // The file's first line is its header.
  const rows = rest.map((row, index) => ({ row, line: index + 2 })).filter(({ row }) => row !== '');
  const users = rows.map(({ row, line }) => {
    const [userId, key] = row.split(',');
    if (!userId || !key) throw new Failure(`Line ${line} must be a user_id and a role.`);
    return { userId, roles: [{ key }] };
  });
  return { users, lines: rows.map(({ line }) => line) };
}

/** Sends the mutation once. Resolves to its payload, or to why there is none and how many seconds to wait. */
async function send(input) {
  let response;
  let result;
  try {
    response = await fetch(GATEWAY_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(TOKEN && { authorization: `Bearer ${TOKEN}` }),
      },
      body: JSON.stringify({ query: MUTATION, variables: { input } }),
      signal: AbortSignal.timeout(120_000),
    });
    result = await response.json();
  } catch (error) {
    // The write may have happened. With the same idempotencyKey, it doesn't happen twice.
    return { reason: `${GATEWAY_URL}: ${error.cause?.code ?? error.message}` };
  }
  const payload = result.data?.addOrganizationUsers;
  if (payload != null) return { payload };
  const [{ message, extensions = {} } = {}] = result.errors ?? [];
  if (TEMPORARY.has(extensions.code)) {
    const asked = extensions.retryAfterSeconds ?? response.headers.get('retry-after');
    return { reason: message, waitSeconds: asked == null ? undefined : Number(asked) };
  }
  if (extensions.code === 'WRITE_OUTCOME_UNKNOWN') {
    throw new Failure(`Look at the members before you try again, with another file: ${message}`);
  }
  throw new Failure(`${extensions.code ?? `HTTP ${response.status}`}: ${message}`);
}

async function addMembers(input) {
  for (let attempt = 1; ; attempt++) {
    const {
      payload,
      reason,
      waitSeconds = FIRST_WAIT_SECONDS * 2 ** (attempt - 1),
    } = await send(input);
    if (payload !== undefined) return payload;
    if (attempt === MAX_ATTEMPTS) {
      const advice = 'Run it again: nobody is added twice.';
      throw new Failure(`No result after ${MAX_ATTEMPTS} attempts: ${reason}\n${advice}`);
    }
    console.error(`No result: ${reason}\nTrying again in ${waitSeconds} s.`);
    await setTimeout(waitSeconds * 1000);
  }
}

/** The same people make the same key: sending them again is a retry, and writes nothing twice. */
function idempotencyKeyOf(organizationCode, users) {
  return createHash('sha256').update(JSON.stringify({ organizationCode, users })).digest('hex');
}

/**
 * Adds everybody. The gateway stores the result of a bulk write that was done in part, so a retry with its
 * key would change nothing: the people who are left are sent as an input with a key of its own.
 * Writes what is known into the result, also when it throws.
 */
async function addEverybody(organizationCode, users, result) {
  result.left = [...users.keys()];
  while (result.left.length > 0) {
    const positions = result.left;
    const input = positions.map((position) => users[position]);
    const { addedUserIds, userErrors } = await addMembers({
      organizationCode,
      users: input,
      idempotencyKey: idempotencyKeyOf(organizationCode, input),
    });
    result.added += addedUserIds.length;
    result.left = [];
    for (const { code, field, message } of userErrors) {
      const position = field?.[0] === 'users' ? positions[Number(field[1])] : undefined;
      if (position !== undefined && UNSENT.has(code)) result.left.push(position);
      else result.errors.push({ position, code, message });
    }
    // Each round gets through a batch at least, so this ends.
    if (result.left.length === positions.length) throw new Failure('Nobody was added.');
    if (result.left.length > 0) console.error(`Sending ${result.left.length} people again.`);
  }
}

/** Prints who was not added, and why. */
function report({ users, lines }, { added, errors, left }) {
  console.log(`Added ${added} of ${users.length} people.`);
  for (const { position, code, message } of errors) {
    const where =
      position === undefined ? 'All' : `Line ${lines[position]}, ${users[position].userId}`;
    console.log(`${where}: ${code}: ${message}`);
  }
  if (left.length > 0) console.log(`No result for ${left.length} people.`);
}

try {
  const [organizationCode, path] = process.argv.slice(2);
  if (path === undefined) throw new Failure('Usage: add-members.mjs ORGANIZATION_CODE FILE');
  const people = readPeople(path);
  const { users } = people;
  const result = { added: 0, errors: [], left: [] };
  try {
    await addEverybody(organizationCode, users, result);
  } finally {
    // Without a response there is nothing to report.
    if (result.left.length < users.length) report(people, result);
  }
  process.exitCode = result.errors.length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
