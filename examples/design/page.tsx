import type { ReactNode } from 'react';

interface PageProps {
  title: string;
  /** What stands at the right of the header: who is signed in. */
  account: ReactNode;
  children: ReactNode;
}

export function Page({ title, account, children }: PageProps) {
  return (
    <>
      <header className="bar">
        <a className="brand" href="#/">
          {title}
        </a>
        {account}
      </header>
      <main>{children}</main>
    </>
  );
}

interface SectionProps {
  title: string;
  /** What stands at the right of the heading, such as filters. */
  tools?: ReactNode;
  children: ReactNode;
}

export function Section({ title, tools, children }: SectionProps) {
  return (
    <section aria-label={title} className={title.toLowerCase()}>
      <div className="heading">
        <h2>{title}</h2>
        {tools}
      </div>
      {children}
    </section>
  );
}

export const Loading = ({ what }: { what: string }) => <p role="status">Loading {what}</p>;

/** Whether a stream of results is over or not begun, open, or interrupted. */
export type StreamState = 'closed' | 'open' | 'reconnecting';

/** Says that changes show by themselves. */
export const LiveBadge = ({ state }: { state: StreamState }) =>
  state === 'closed' ? null : (
    <span
      role="status"
      className={`live ${state}`}
      title={
        state === 'open'
          ? 'Changes show without a reload'
          : 'The connection is interrupted. Changes show once it is back'
      }
    >
      {state === 'open' ? 'Live' : 'Reconnecting'}
    </span>
  );
