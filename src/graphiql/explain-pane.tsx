/** How the last operation was answered: calls, cache hits, cost, and when each call was made. */
import { summarizeReport, waterfallOf, type WaterfallRow } from './explain-report.js';
import { session } from './session.js';
import { useStore } from './store.js';

/** How many calls are drawn. An operation may make thousands. */
const MOST_ROWS = 200;

const ADVICE = 'Run an operation to see which calls to Kinde it takes.';
const RUNNING = 'The operation is running.';
const UNEXPLAINED =
  'There is no explanation: the operation was stopped or not executed, or the gateway allows no introspection.';

export function ExplainPane() {
  const report = useStore(session, (state) => state.report);
  if (report === undefined) return <Notice text={ADVICE} />;
  if (report === null) return <Notice text={UNEXPLAINED} />;
  if (report === 'running') return <Notice text={RUNNING} />;
  const rows = waterfallOf(report);
  return (
    <section className="explain" aria-label="Explain">
      <ul className="explain-summary">
        {summarizeReport(report).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <ol className="explain-calls" aria-label="Calls">
        {rows.slice(0, MOST_ROWS).map((row, index) => (
          <CallRow key={index} {...row} />
        ))}
      </ol>
      {rows.length > MOST_ROWS && <p>{rows.length - MOST_ROWS} more calls are not shown.</p>}
    </section>
  );
}

function Notice({ text }: { text: string }) {
  return (
    <section className="explain" aria-label="Explain">
      <p className="explain-summary">{text}</p>
    </section>
  );
}

function CallRow({ call, label, left, width, outcome }: WaterfallRow) {
  const { route, source, startMs, milliseconds, failure } = call;
  const kind = failure === undefined ? source : 'failed';
  return (
    <li>
      <span className="explain-route" title={route}>
        {label}
      </span>
      <span className="explain-track">
        <span
          className={`explain-bar explain-${kind}`}
          style={{ left: `${left}%`, width: `${width}%` }}
          title={`${milliseconds} ms, from ${startMs} ms on`}
        />
      </span>
      <span className="explain-time">{milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms</span>
      <span className="explain-outcome">{outcome}</span>
    </li>
  );
}
