/**
 * Takes the protections away one after the other, and shows which tests of the cases notice. Run by hand,
 * on a clean src, since it changes it meanwhile: `node test/mutants.mjs`, or with a part of a name. With
 * `--check` it only looks whether src still holds what would be taken away.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const report = join(mkdtempSync(join(tmpdir(), 'mutants-')), 'report.json');

/** What is taken away: the cases, the suite and its tests that must notice, and edits of src. */
// One line each is what keeps it a table.
// prettier-ignore
const mutants = [
  ['a refused connection proves a write unsent', [1], 'faults/bad-responses', '^1\\.', ['upstream/send/got.ts', 'return (isSecure ? timings.secureConnect : timings.connect) === undefined;', 'return false;']],
  ['the time limit of reads', [4, 5], 'faults/bad-responses', 'MS [45]\\.', ['upstream/send/undici.ts', 'this.#timer = setTimeout(() => this.#fail(TIMEOUT()), timeoutMs);', 'this.#timer = setTimeout(() => undefined, 0);']],
  ['the time limit of writes', [4], 'faults/bad-responses', 'MS 4\\. A write', ['upstream/send/got.ts', 'timeout: { request: timeoutMs },', '']],
  ['a broken connection is no answer', [2, 6], 'faults/bad-responses', '^[26]\\.', ['upstream/send/undici.ts', '    const isTimeout = error.code', '    if (this.#failure === undefined) return this.onResponseEnd();\n    const isTimeout = error.code']],
  ['the validation of answers', [7, 8, 9, 10, 11], 'faults/bad-responses', '^(7|8|9|10|11)\\.', ['upstream/decode.ts', 'if (value === UNUSABLE) throw', 'if (Number(1) < 0) throw']],
  ['one unusable entry costs one entry', [11], 'faults/bad-responses', '^11\\.', ['upstream/schema-decoder.ts', 'if (decoded === UNUSABLE) value[index] = loseEntry(decoding)', 'if (decoded === UNUSABLE) return UNUSABLE']],
  ['unknown fields pass', [12], 'faults/bad-responses', '12\\.', ['upstream/schema-decoder.ts', 'if (!isObject(value)) return unusable(decoding, field, \'object\', value);\n    for', 'if (!isObject(value) || Object.keys(value).some((name) => !(name in properties))) return unusable(decoding, field, \'object\', value);\n    for']],
  ['new values of an enumeration pass', [12], 'faults/bad-responses', '12\\.', ['upstream/flag-value.ts', 'known ?? typeOfValue(value)', 'known!']],
  ['an empty answer to a write is a success', [9, 10], 'faults/bad-responses', 'with the response (9|10)\\.', ['upstream/decode.ts', "body === '' && endpoint.method !== 'GET'", "body === '' && endpoint.method === 'GET'"]],
  ['the bound of a read’s body', [15], 'faults/bad-responses', '15\\..* of a read', ['upstream/send/undici.ts', 'if (this.#size > this.maxBodyBytes)', 'if (this.#size < 0)']],
  ['the bound of a write’s body', [15], 'faults/bad-responses', '15\\..*(of|to) a write', ['upstream/send/got.ts', 'if (transferred > maxBodyBytes)', 'if (transferred < 0)']],
  ['reads are sent again', [16], 'faults/retries', '^16\\. A read.* (a 503, and|a reset)', ['upstream/policy/index.ts', "method === 'GET' && retry < this.#mostRetries(outcome)", 'retry < 0']],
  ['the bound of retries', [16], 'faults/retries', '^16\\..*twice at most', ['upstream/policy/index.ts', "method === 'GET' && retry < this.#mostRetries(outcome)", "method === 'GET'"]],
  ['writes are not sent again', [16], 'faults/retries', '^16\\. A (POST|PATCH|DELETE)', ['upstream/policy/index.ts', "method === 'GET' && retry <", 'retry <']],
  ['the jitter', [16], 'upstream/resilience', 'is drawn below', ['upstream/policy/retry.ts', 'random() * Math.min', 'Math.min']],
  ['a 429’s wait', [17, 18, 19], 'faults/retries', '(17|18|19)\\.', ['upstream/policy/retry.ts', 'backoff + (askedWaitMs(outcome) ?? 0)', 'backoff'], ['upstream/policy/index.ts', 'askedWaitMs(response) ?? 0', '0']],
  ['no wait past the deadline', [20], 'faults/retries', '20\\..*absurd', ['upstream/policy/retry.ts', 'return wait + needed < remainingMs ? wait : undefined;', 'return wait;']],
  ['the retry budget', [21], 'faults/retries', '21\\..*1\\.2 times', ['upstream/policy/index.ts', 'return this.#budget.spend();', 'return true;']],
  ['the hold after a 429', [21], 'faults/retries', '21\\..*Retry-After', ['upstream/policy/index.ts', 'hold.begin(askedWaitMs(response) ?? 0)', 'hold.begin(0)']],
  ['the renewal after a 401', [22], 'faults/retries', '22\\.', ['upstream/call.ts', 'if (response.status !== 401) return response;', 'if (response.status !== 0) return response;']],
  ['one renewal for all', [22], 'faults/retries', '22\\.', ['upstream/token.ts', 'this.#pending ??= this.#request()', 'this.#pending = this.#request()']],
  ['tokens are not spent on a 401 that stays', [22], 'upstream/token', 'refuses every token|refused too', ['upstream/token.ts', 'if (ageMs >= 0 && ageMs < pauseMs) return undefined;', '']],
  ['an expired token is none', [23], 'faults/retries', '23\\..*expired', ['upstream/token.ts', 'if (lifetimeMs <= 0) {', 'if (lifetimeMs < -1e15) {']],
  ['a token that no header can hold is none', [23], 'faults/retries', '23\\..*header', ['upstream/token.ts', ' || !SENDABLE.test(value)', '']],
  ['a wait for a token ends with the operation', [23], 'faults/retries', '23\\. A token endpoint slower', ['upstream/call.ts', 'await this.#cancellation.race(atHand)', 'await atHand']],
  ['the scope that is lacking', [24], 'faults/retries', '24\\.', ['upstream/decode.ts', 'requiredScope: scopeAskedFor(endpoint, reasons, response.headers),', '']],
  ['404 is not found', [25], 'faults/retries', '25\\.', ['upstream/decode.ts', "case 404:\n      throw new UpstreamError('NOT_FOUND'", "case 404:\n      throw new UpstreamError('BAD_RESPONSE'"]],
  ['Kinde’s 400 for what is not found', [25], 'faults/retries', '25\\.', ['upstream/decode.ts', 'NOT_FOUND_CODE.test(code)', 'code === ""']],
  ['what the caller can fix', [26], 'faults/retries', '26\\.', ['graphql/user-errors.ts', "'INVALID_ID', 'BAD_REQUEST', 'NOT_FOUND'", "'INVALID_ID', 'NOT_FOUND'"]],
  ['the breaker', [29], 'faults/retries', '29\\.', ['upstream/policy/breaker.ts', 'total >= this.#leastExchanges', 'total < 0']],
  ['one probe at a time', [29], 'faults/retries', '29\\.', ['upstream/policy/breaker.ts', 'this.#isProbing ? 1_000 : ', '']],
  ['the bound of sockets', [30], 'faults/retries', '30\\.', ['upstream/policy/fair-queue.ts', 'if (this.#inFlight < this.#concurrency.limit)', 'if (this.#inFlight < 10_000)'], ['upstream/send/undici.ts', 'connections: maxSockets', 'connections: 10_000']],
  ['the breaker closes', [31], 'faults/retries', '31\\.', ['upstream/policy/breaker.ts', "if (outcome === 'answered') this.#enter(undefined);", "if (outcome === 'answered') this.#enter(this.#now() + this.#openMs);"]],
  ['a refused page token is the caller’s', [35], 'resolvers/queries', 'a page token that', ['graphql/errors.ts', "BAD_REQUEST: 'BAD_USER_INPUT'", "BAD_REQUEST: 'UPSTREAM_BAD_RESPONSE'"]],
  ['a cursor is of its list', [35, 56], 'resolvers/cursor', 'of another list', ['resolvers/cursor.ts', 'if (from !== fingerprint(list))', "if (from === '')"]],
  ['a write’s success without its re-read', [37], 'resolvers/mutations', 'that succeeded while', ['resolvers/organizations.ts', '{ upstream },\n      ) => {\n        const changes', '{ upstream, loaders },\n      ) => {\n        const changes'], ['resolvers/organizations.ts', 'return { organization: { code: organizationCode } };\n      },\n    ),\n\n    deleteOrganization', 'return { organization: await loaders.organizations.details(organizationCode) };\n      },\n    ),\n\n    deleteOrganization']],
  ['batches of 100', [38], 'resolvers/bulk', '150 are sent', ['upstream/endpoints/organizations.ts', 'MAX_BULK_USERS = 100', 'MAX_BULK_USERS = 1_000']],
  ['an account of each batch', [38], 'resolvers/bulk', 'of a second batch is an error', ['resolvers/bulk.ts', 'if (!(error instanceof UpstreamError) || !sending.isAnswered) throw error;', 'throw error;']],
  ['identical reads are one', [40], 'faults/load', '40\\.', ['loaders/shared-reads.ts', 'token === undefined ? [list] : [list, token, size]', '[list, token, size]']],
  ['the cap on calls', [40], 'faults/load', '40\\.', ['upstream/client.ts', 'if (!budget.consumeCall()) throw budgetExceeded(endpoint);', '']],
  ['the deadline of reads', [48], 'upstream/resilience', 'ends a read that hangs', ['upstream/policy/call-budget.ts', 'this.#reads.cancel(reason);', '']],
  ['connections without a request end', [50], 'faults/shutdown', '50\\.', ['http/shutdown.ts', 'connections.endUnused();', '']],
  ['no request is waited for for good', [50], 'faults/shutdown', '50\\.', ['http/shutdown.ts', 'connections.endAll();', '']],
  ['a second SIGTERM ends it', [50], 'cli/process', 'a second signal', ['index.ts', 'for (const name of signals) process.off(name, shutDown);', '']],
  ['settings are checked', [52], 'config/config', 'every invalid variable', ['config.ts', 'throw new ConfigError(problems)', 'throw new ConfigError(problems.slice(0, 1))']],
  ['requests must arrive in time', [53], 'faults/clients', '53\\.', ['http/server.ts', 'connectionsCheckingInterval: Math.min(requestTimeoutMs, 1_000)', 'connectionsCheckingInterval: 600_000']],
  ['ids are checked before they are sent', [55], 'resolvers/mutations', 'invalid ids', ['upstream/id.ts', '(?!\\.\\.?$)', '']],
  ['keys of filters are checked', [55], 'faults/clients', '55\\..*filter', ['resolvers/users.ts', 'if (problem !== undefined) throw badUserInput(problem);\n  }\n  return [...keys]', '}\n  return [...keys]']],
  ['the bounds of `first`', [56], 'resolvers/queries', 'refuse what they cannot read', ['resolvers/connection.ts', 'wanted < 1 || ', '']],
  ['the sizes of documents', [58, 59, 60], 'faults/clients', '^(58|59|60)\\.', ['graphql/apollo.ts', 'validationRules: [sizeRule(limits)],', ''], ['graphql/apollo.ts', 'maxTokens: limits.maxTokens, noLocation', 'noLocation'], ['graphql/apollo.ts', 'operationLimits(config),', '']],
  ['only JSON is read', [62], 'faults/clients', '62\\.', ['http/graphql-steps.ts', "addContentTypeParser('application/json',", "addContentTypeParser(['application/json', 'text/plain', 'multipart/form-data'],"], ['http/graphql-steps.ts', 'if (problem !== undefined) {', 'if (Number(1) < 0) {']],
  ['a remembered cost is that of the same variables', [60], 'graphql/operation-checks', 'before', ['graphql/limits/operation-checks.ts', 'form += `${name}"${value.length} `;', 'form += `${name}"`;']],
  ['the schema is not public', [63], 'graphql/limits', 'in production', ['config.ts', 'isSchemaPublic: !isProduction || documents.isIntrospectionAllowed', 'isSchemaPublic: true']],
  ['the issuer of tokens', [66], 'auth/auth', 'another issuer|no issuer', ['auth/authenticate.ts', 'issuer: issuers.flatMap((issuer) => [issuer, `${issuer}/`]),', ''], ['auth/jwks.ts', 'if (issuer === undefined) {', "if (issuer === '') {"]],
  ['the expiry of tokens', [66], 'auth/auth', 'expired|no expiry', ['auth/authenticate.ts', 'clockTolerance: CLOCK_TOLERANCE_SECONDS', 'clockTolerance: 1e9'], ['auth/authenticate.ts', "requiredClaims: ['exp'],", '']],
  ['what a token may', [67], 'auth/auth', 'that only reads may not|in another organization', ['auth/viewer.ts', 'if (!isHeld(viewer)) return;', 'if (Number(1) > 0) return;']],
  ['granted scopes, not requested ones', [67], 'auth/auth', 'only asked to delete|`scope` empty', ['upstream/token-claims.ts', "claims['scope'] === undefined ? claims['scp'] : claims['scope']", "claims['scp'] ?? claims['scope']"]],
  ['an organization in Hasura’s form', [67], 'auth/auth', 'by x-hasura-org-code', ['auth/claims.ts', "key.toLowerCase() === hasuraName", "key === ''"]],
  ['contradictory claims', [66], 'auth/auth', 'two (organizations|lists)', ['auth/claims.ts', 'if (first === undefined || other === undefined) return;', "if (forms.length >= 0) return;"]],
  ['an issuer’s keys are for its own tokens', [66], 'auth/auth', 'no other issuer', ['auth/jwks.ts', "ofIssuers.get(issuer)", '[...ofIssuers.values()][0]']],
  ['a token is no event', [], 'webhooks/receiver', 'refuses an access token', ['webhooks/verify.ts', "const TOKEN_CLAIMS = ['sub', 'azp', 'exp'];", 'const TOKEN_CLAIMS: string[] = [];']],
  ['an event that replicas were not told of comes again', [], 'webhooks/receiver', '503 while Redis', ['webhooks/receiver.ts', '!(await invalidate(tags, changeOfEvent(event)))', '(await invalidate(tags)) === undefined']],
  ['a stream ends with its token', [], 'http/live/live-queries', 'expires', ['http/live/open-streams.ts', 'if (expiresAt !== undefined) {', 'if (expiresAt === 0) {']],
  ['a stream is shared by equals alone', [], 'http/live/live-queries', 'caller may see', ['http/live/live-queries.ts', 'mayBeLive(request) && !isOwn ? cacheKey : undefined', 'mayBeLive(request) ? request.url : undefined']],
  ['a mutation over SSE is carried out once', [], 'http/live/live-queries', 'carries out a mutation once', ['http/live/live-query.ts', 'if (result === undefined || (isOwn && !result.isLive)) return result;', 'if (result === undefined) return result;']],
  ['a mutation over SSE has its result in a shutdown', [], 'http/live/live-queries', 'is carried out', ['http/live/live-queries.ts', 'this.#isClosed && isFollowed(request, result)', 'this.#isClosed']],
  ['requests over SSE have keys of their own', [], 'http/live/live-queries', 'same request id', ['http/live/live-queries.ts', '?? this.#unsharedKey();', '?? String(request.id);']],
  ['a slot is free once the response is written', [], 'http/slots', 'behind an open stream', ['http/graphql-steps.ts', 'request.graphql.releaseSlot?.();\n    done(null, payload);', 'done(null, payload);']],
  ['a closed connection closes what waits on it', [], 'http/slots', 'connection dies', ['http/connections.ts', "response.emit('close');", 'void response;']],
  ['a caller’s own standing is not shared', [], 'http/caller-budget', 'its own standing', ['resolvers/rate-limit.ts', 'markCallersOwn', 'markUncacheable']],
  ['identical subscriptions are executed once', [], 'http/live/changes', 'identical streams', ['http/live/change-executions.ts', 'begun?.clock === clock', 'begun?.clock === -1']],
  ['a subscription is shared by equals alone', [], 'webhooks/replicas', '', ['http/live/live-queries.ts', 'const { cacheKey = this.#unsharedKey() } = request.graphql;', 'const cacheKey = request.url;']],
  ['no mutation by GET', [], 'http/live/changes', 'lets no mutation', ['graphql/plugins/subscription-by-get.ts', 'operation?.operation === OperationTypeNode.SUBSCRIPTION', "operation?.operation !== OperationTypeNode.QUERY"]],
  ['a change costs the calls of one replica', [], 'http/live/live-queries', 'of one execution', ['upstream/cache/reads.ts', 'budget.isInBackground ? CLAIM_MS : 0', '0']],
  ['a failed call holds no other replica up', [], 'http/live/live-queries', 'leaves no claim', ['upstream/cache/reads.ts', 'if (!isStorable && budget', 'if (isStorable && budget']],
  ['changes are told once', [], 'upstream/replica-log', 'took late', ['upstream/cache/replicas.ts', 'sent.catch(() => this.#putBack(changes));', 'this.#writer.wait(() => sent).catch(() => this.#putBack(changes));']],
  ['changes without tags are told', [], 'upstream/replica-log', 'after their tags', ['upstream/cache/replicas.ts', 'announced.length === 0 && changes.length === 0', 'announced.length === 0']],
  ['claims are stored after a late reply', [], 'upstream/replica-log', 'only has streams', ['upstream/cache/replicas.ts', '    this.#trust();\n    return true;', '    return true;']],
  ['writes look keys up past the cache', [], 'resolvers/mutations', 'is looked up past the cache', ['loaders/catalogue.ts', 'await walkToTheEnd(currentPage, {});', 'await walkToTheEnd(page, {});']],
  ['no last result while Redis is down', [], 'http/live/live-queries', 'opens while Redis is down', ['http/live/live-query.ts', 'if (!request.graphql.isCurrent) this.#isStale = true;', '']],
  ['a changed URL of Redis is tried at once', [], 'redis/client', 'connects at once', ['redis/client.ts', 'if (this.#connection === undefined) void this.#open();', 'if (this.#connection === undefined) return;']],
  ['no host name of another site', [], 'http/cors', 'reaches nothing', ['http/allowed-hosts.ts', "|| !host.includes('.') ||", "|| host !== '' ||"]],
  ['plans keep no large variables', [], 'faults/memory', 'of their variables', ['graphql/execution/hot-queries.ts', 'fragments, values, 2 * fields', 'fragments, variables, 2 * fields']],
  ['long texts count as large plans', [], 'graphql/execution', 'takes more memory', ['graphql/execution/hot-queries.ts', ' + Math.floor(source.length / CHARACTERS_PER_FIELD)', '']],
  ['long texts count as large documents', [], 'faults/memory', 'long texts', ['graphql/document-store.ts', 'this.#textLengths.set(document, source.length);', '']],
  ['costs of long names are not remembered', [], 'faults/memory', 'long names', ['graphql/limits/operation-checks.ts', 'if (form.length > LONGEST_FORM) return undefined;', '']],
  ['members’ permissions by key are not as old as catalogues', [], 'resolvers/permission-plan', 'no older than', ['upstream/client.ts', 'expiresEarly ? this.#cache.lifetimeMs : this.#lifetimeOf', 'this.#lifetimeOf']],
  ['a short list of roles is no list to write from', [], 'resolvers/bulk-update', 'to read all roles', ['loaders/current-roles.ts', 'if (nextToken(next_token) !== undefined) throw', 'if (Number(1) < 0) throw']],
  ['the calls that Kinde takes at a time are learned', [], 'upstream/resilience', 'completes an operation of many', ['upstream/policy/fair-queue.ts', 'if (status === 429) this.#concurrency.refused(this.#inFlight);\n    else ', '']],
  ['a call of before a reset changes nothing', [], 'emulator/emulator', 'holds up over a reset', ['emulator/server.ts', 'state !== environment.state', 'state === undefined']],
  ['no page of a proxy is passed on', [24], 'upstream/forbidden', 'a page of a proxy', ['upstream/errors.ts', 'HTML.test(message) || ', '']],
];

function jest(suite, pattern) {
  spawnSync(
    'npm',
    [
      ...['test', '--', `test/${suite}.test.ts`, '-t', pattern],
      // What is never closed without its protection must not keep jest.
      ...['--forceExit', '--json', `--outputFile=${report}`],
    ],
    { stdio: 'ignore' },
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'pending');
}

/** Changes a file of src; what it returns changes it back. */
function edit([path, from, to]) {
  const file = new URL(`../src/${path}`, import.meta.url);
  const before = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    before.replaceAll(from, () => to),
  );
  return () => writeFileSync(file, before);
}

/** What cannot be taken away, because src has it no more or in another form. */
const gone = mutants.flatMap(([, , , , ...edits]) =>
  edits
    .filter(
      ([path, from]) =>
        !readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8').includes(from),
    )
    .map(([path, from]) => `src/${path} does not hold: ${from}`),
);
if (gone.length > 0) throw new Error(gone.join('\n'));
if (process.argv[2] === '--check') process.exit();

if (execFileSync('git', ['status', '--porcelain', 'src']).length > 0)
  throw new Error('Commit src first.');
const wanted = process.argv[2] ?? '';
let unnoticed = 0;
for (const [name, cases, suite, pattern, ...edits] of mutants) {
  if (!name.includes(wanted)) continue;
  const restore = [];
  try {
    for (const change of edits) restore.unshift(edit(change));
    const failed = jest(suite, pattern).filter(({ status }) => status === 'failed');
    if (failed.length === 0) unnoticed++;
    console.log(
      `${failed.length === 0 ? 'NOT NOTICED' : 'noticed'} | ${cases.join(', ')} | ${name} | ${suite}`,
    );
    for (const { fullName } of failed) console.log(`    ${fullName}`);
  } finally {
    for (const change of restore) change();
  }
}
process.exitCode = unnoticed === 0 ? 0 : 1;
