/** How an operation was answered: `extensions.upstream` and `extensions.cost` of its response. */

export interface ExplainedCall {
  route: string;
  source: 'upstream' | 'cache' | 'stale' | 'merged';
  startMs: number;
  milliseconds: number;
  status?: number | null;
  attempts?: number;
  ageSeconds?: number;
  failure?: string;
}

export interface ExplainReport {
  made: number;
  cached: number;
  stale: number;
  merged: number;
  saved: number;
  milliseconds: number;
  calls: readonly ExplainedCall[];
  cost?: { requested: number; maximum: number } | undefined;
}

interface Explained {
  extensions?: { upstream?: ExplainReport; cost?: ExplainReport['cost']; [name: string]: unknown };
}

/** Takes the report out of a result, so that the response pane shows what clients get. */
export function takeReport<T extends object>(
  result: T & Explained,
): { result: T; report: ExplainReport | undefined } {
  const { extensions, ...rest } = result;
  if (extensions?.upstream === undefined) return { result, report: undefined };
  const { upstream, cost, ...others } = extensions;
  const isEmpty = Object.keys(others).length === 0;
  return {
    result: (isEmpty ? rest : { ...rest, extensions: others }) as unknown as T,
    report: { ...upstream, cost },
  };
}

const counted = (count: number, one: string, many: string) =>
  count === 0 ? [] : [`${count.toLocaleString('en')} ${count === 1 ? one : many}`];

/** Returns the numbers of a report, each with its noun. */
export function summarizeReport(report: ExplainReport): string[] {
  const { made, cached, stale, merged, saved, milliseconds, cost } = report;
  return [
    `${made.toLocaleString('en')} ${made === 1 ? 'call' : 'calls'} to Kinde`,
    ...counted(cached, 'cache hit', 'cache hits'),
    ...counted(stale, 'stale read', 'stale reads'),
    ...counted(merged, 'coalesced read', 'coalesced reads'),
    ...counted(saved, 'saved call', 'saved calls'),
    `${Math.round(milliseconds)} ms`,
    ...(cost === undefined
      ? []
      : [`cost ${cost.requested.toLocaleString('en')} of ${cost.maximum.toLocaleString('en')}`]),
  ];
}

export interface WaterfallRow {
  call: ExplainedCall;
  /** The route without what most routes have in common. */
  label: string;
  /** Where the bar begins and how long it is, in percent of the operation. */
  left: number;
  width: number;
  /** How the call ended, for example `200` or `cache, 12 s old`. */
  outcome: string;
}

/** A bar that is too thin can't be seen. */
const THINNEST = 0.5;

/** Returns the bars of a waterfall in the order in which the calls began. */
export function waterfallOf({ calls, milliseconds }: ExplainReport): WaterfallRow[] {
  const end = Math.max(milliseconds, ...calls.map((call) => call.startMs + call.milliseconds), 1);
  return calls
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((call) => {
      const width = Math.max(THINNEST, (100 * call.milliseconds) / end);
      return {
        call,
        label: call.route.replace(/\/api\/v1(\/organizations\/\{org_code\}(?=\/))?/, (_, inside) =>
          inside === undefined ? '' : '…',
        ),
        left: Math.min((100 * call.startMs) / end, 100 - width),
        width,
        outcome: outcomeOf(call),
      };
    });
}

const SOURCES = { cache: 'cache', stale: 'stale', merged: 'coalesced' } as const;

function outcomeOf({ source, status, attempts = 1, ageSeconds, failure }: ExplainedCall): string {
  const result =
    source === 'upstream'
      ? [
          failure ?? String(status ?? 'no response'),
          ...(attempts > 1 ? [`${attempts} attempts`] : []),
        ]
      : [SOURCES[source], ...(ageSeconds === undefined ? [] : [`${Math.round(ageSeconds)} s old`])];
  return result.join(', ');
}
