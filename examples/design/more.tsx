import { useEffect, useRef, useState } from 'react';

/** What a client says of a page: its error, if a part of it or all failed. */
interface Loaded {
  error?: unknown;
}

/** Resolves once the page has come, or rejects. A client that shows errors by itself returns nothing. */
type Load<Arguments extends unknown[]> = (...parameters: Arguments) => Promise<Loaded> | void;

/** The pages after those that are shown. */
export interface MorePages {
  /** Where the next page begins. */
  cursor: string;
  load: Load<[]>;
}

/** Returns how to go on with a list; undefined at its end. */
export function morePages(
  pageInfo: { hasNextPage: boolean; endCursor?: string | null } | null | undefined,
  load: Load<[after: string]>,
): MorePages | undefined {
  const cursor = pageInfo?.endCursor;
  if (pageInfo?.hasNextPage !== true || cursor == null) return undefined;
  return { cursor, load: () => load(cursor) };
}

interface Props {
  what: string;
  pages: MorePages;
}

/**
 * The end of a list that goes on. A page is loaded when the button scrolls into view, once for each
 * cursor so that a failure is not repeated, and on each click.
 */
export function More({ what, pages: { cursor, load } }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  // A page that has come in spite of an error has another cursor.
  const [failedAt, setFailedAt] = useState<string>();
  const attempt = async () => {
    setFailedAt(undefined);
    const result = await Promise.resolve(load()).catch((error: unknown): Loaded => ({ error }));
    if (result?.error !== undefined) setFailedAt(cursor);
  };
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting !== true) return;
      observer.disconnect();
      void attempt();
    });
    observer.observe(button.current!);
    return () => observer.disconnect();
  }, [cursor]);
  return (
    <>
      {failedAt === cursor && (
        <p role="alert" className="notice">
          More {what} can’t be loaded now.
        </p>
      )}
      <button ref={button} className="more" onClick={() => void attempt()}>
        More {what}
      </button>
    </>
  );
}
