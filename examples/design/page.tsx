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

/** Tells that changes show by themselves. */
export const LiveBadge = () => (
  <span role="status" className="live" title="Changes show without a reload">
    Live
  </span>
);
