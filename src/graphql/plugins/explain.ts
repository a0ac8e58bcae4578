/** Shows what an operation asked Kinde, and what it did not have to ask. */
import { countFrom, type CallReport } from '../../upstream/call.js';
import type { OperationPlugin } from './hooks.js';

/**
 * Returns a call in the explanation: its row of the table, never a URL, which may have personal data. Times are in
 * milliseconds since the operation began.
 */
function shown(call: CallReport, operationStartedAt: number) {
  const { endpoint, source, ageMs, status, attempts, startedAt, milliseconds, error } = call;
  return {
    route: endpoint.route,
    source,
    startMs: round(Math.max(0, startedAt - operationStartedAt)),
    milliseconds: round(milliseconds),
    ...(source === 'upstream' ? { status: status ?? null, attempts } : {}),
    ...(ageMs === 0 ? {} : { ageSeconds: round(ageMs / 1000) }),
    ...(error === undefined ? {} : { failure: error.failure }),
  };
}

/** The two clocks may differ a little. */
const secondsSince = (time: number | undefined) =>
  time === undefined ? null : Math.max(0, round((Date.now() - time) / 1000));

const round = (value: number) => Math.round(value * 100) / 100;

/**
 * A request with the header `x-graphql-explain: true` gets `extensions.upstream`: how many calls of
 * Kinde's API were made, how many reads were taken from memory (`cached`, and `stale` in an outage) or
 * from another operation in flight (`merged`), how many needed no call of their own because they were
 * planned together with others (`saved`), how the permissions of many members were read
 * (`plans`), how long ago the last change happened that Kinde sent an event for
 * (`lastEventSecondsAgo`), and the calls one by one in the order in which they ended.
 */
export function explain(): OperationPlugin {
  return () => {
    const startedAt = performance.now();
    return {
      willSendResponse({ request, response: { body }, contextValue }) {
        if (request.http?.headers.get('x-graphql-explain') !== 'true') return;
        if (body.kind !== 'single') return;
        const { calls, loaders, changes, budget } = contextValue;
        const reads = calls.filter(({ endpoint }) => endpoint.method === 'GET').length;
        const upstream = {
          made: countFrom('upstream', calls),
          cached: countFrom('cache', calls),
          stale: countFrom('stale', calls),
          merged: countFrom('merged', calls),
          saved: Math.max(0, loaders.asked() - reads - budget.refusedCalls),
          milliseconds: round(performance.now() - startedAt),
          plans: loaders.plans(),
          lastEventSecondsAgo: secondsSince(changes.lastEventAt),
          calls: calls.map((call) => shown(call, startedAt)),
        };
        body.singleResult.extensions = { ...body.singleResult.extensions, upstream };
      },
    };
  };
}
