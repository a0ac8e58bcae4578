import { useEffect, useRef } from 'react';

/** The pages after those that are shown. */
export interface MorePages {
  /** Where the next page begins. */
  cursor: string;
  load: () => Promise<unknown> | void;
}

/** Returns how to go on with a list; undefined at its end. */
export function morePages(
  pageInfo: { hasNextPage: boolean; endCursor?: string | null } | null | undefined,
  load: (after: string) => Promise<unknown> | void,
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
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting !== true) return;
      observer.disconnect();
      void load();
    });
    observer.observe(button.current!);
    return () => observer.disconnect();
  }, [cursor]);
  return (
    <button ref={button} className="more" onClick={() => void load()}>
      More {what}
    </button>
  );
}
