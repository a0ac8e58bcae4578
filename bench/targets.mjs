/** Whether the run reached what the project set out to reach. */

const yes = (reached) => (reached ? 'yes' : '**no**');
const round = (value) => value.toFixed(value < 10 ? 2 : 0);

/**
 * Compares two figures wherever both were measured and keeps the worst: a target is reached when it
 * is reached everywhere.
 */
function worst(results, kinds, ours, theirs, figure, isBetter, limit) {
  const ratios = results
    .filter(({ kind }) => kinds.includes(kind))
    .filter(({ figures }) => figures[ours] !== undefined && figures[theirs] !== undefined)
    .map(({ kind, latency, concurrency, figures }) => ({
      ratio: figures[ours][figure] / figures[theirs][figure],
      where: `${kind}, ${latency} ms, concurrency ${concurrency}`,
    }))
    .sort((a, b) => (isBetter === 'less' ? b.ratio - a.ratio : a.ratio - b.ratio));
  if (ratios.length === 0) return undefined;
  const isReached = ({ ratio }) => (isBetter === 'less' ? ratio <= limit : ratio >= limit);
  const [{ ratio, where }] = ratios;
  return [
    `${round(ratio)} at worst (${where}); reached in ${ratios.filter(isReached).length} of ${ratios.length}`,
    yes(ratios.every(isReached)),
  ];
}

const NESTED = ['nested identical'];
const FLAT = ['flat identical', 'flat distinct'];

const targets = [
  [
    'cold nested: CPU a query / Tailcall’s, below 1',
    NESTED,
    'cold',
    'tailcall',
    'cpuMs',
    'less',
    1,
  ],
  [
    'cold nested: CPU a query / the hand-written’s, at most 0.15',
    NESTED,
    'cold',
    'handwritten',
    'cpuMs',
    'less',
    0.15,
  ],
  [
    'warm nested: requests / those of node:http writing the same bytes, at least 0.5',
    NESTED,
    'warm',
    'bare',
    'perSecond',
    'more',
    0.5,
  ],
  [
    'warm nested: requests / Tailcall’s, above 1',
    NESTED,
    'warm',
    'tailcall',
    'perSecond',
    'more',
    1,
  ],
  [
    'warm nested: requests / Tailcall’s merging, above 1',
    NESTED,
    'warm',
    'merging',
    'perSecond',
    'more',
    1,
  ],
  ...['tailcall', 'merging'].map((rival) => [
    `warm nested distinct: requests / Tailcall’s${rival === 'merging' ? ' merging' : ''}, at least 20`,
    ['nested distinct'],
    'warm',
    rival,
    'perSecond',
    'more',
    20,
  ]),
  [
    'warm flat: requests / the hand-written’s, at least 10',
    FLAT,
    'warm',
    'handwritten',
    'perSecond',
    'more',
    10,
  ],
];

/** Rows of target, what was measured and whether it was reached. */
export function summary(results, checks) {
  return [
    ...targets.map(([target, ...rest]) => [
      target,
      ...(worst(results, ...rest) ?? ['not measured in this run', '-']),
    ]),
    ...checks.map(({ target, measured, reached }) => [
      target,
      measured.replaceAll('|', '\\|').replaceAll('\n', ' '),
      yes(reached),
    ]),
  ];
}
