/** What Prometheus does with the gateway: scrapes it, and reads expressions about it. */
import { parser } from '@prometheus-io/lezer-promql';

/** The samples of a scrape, by their names with their labels as they stand: `name{label="value"}`. */
export type Scrape = Map<string, number>;

export async function scrape(url: string | undefined): Promise<Scrape> {
  const response = await fetch(url!);
  if (response.status !== 200) throw new Error(`The scrape was answered with ${response.status}.`);
  const samples: Scrape = new Map();
  for (const line of (await response.text()).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.lastIndexOf(' ');
    samples.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return samples;
}

/** Returns the increases of the gateway's counters, without those that stayed the same, and without times. */
export function growth(before: Scrape, after: Scrape): Record<string, number> {
  return Object.fromEntries(
    [...after]
      .map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
      .filter(([name, by]) => by !== 0 && /^kinde_graphql_\w+(_total|_count)/.test(name)),
  );
}

/** The labels that each metric of a scrape has. */
export function labelsOf(samples: Scrape): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>();
  for (const sample of samples.keys()) {
    const name = /^\w+/.exec(sample)![0];
    if (!labels.has(name)) labels.set(name, new Set());
    for (const [, label] of sample.matchAll(/[{,](\w+)="/g)) labels.get(name)!.add(label!);
  }
  return labels;
}

/** What an expression of PromQL names. Throws for what is none. */
export function readExpression(text: string) {
  // Grafana puts a duration there.
  const expression = text.replaceAll('$__rate_interval', '5m');
  const found = {
    metrics: [] as string[],
    labels: [] as string[],
    matchers: [] as { label: string; value: string }[],
  };
  let label = '';
  parser.parse(expression).iterate({
    enter: ({ name, type, from, to }) => {
      const here = expression.slice(from, to);
      if (type.isError) throw new Error(`${expression} is no PromQL at ${from}.`);
      if (name === 'Identifier') found.metrics.push(here);
      if (name === 'LabelName') found.labels.push((label = here));
      if (name === 'StringLiteral') found.matchers.push({ label, value: JSON.parse(here) });
    },
  });
  return found;
}
