/** Icons of the page, in the style of GraphiQL's. They are named by the buttons that hold them. */
import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="graphiql-toolbar-icon"
      width="1em"
      height="1em"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const ExplainIcon = () => (
  <Icon>
    <path d="M3 5h9M7 10h10M11 15h6M15 20h6" />
  </Icon>
);

export const ShareIcon = () => (
  <Icon>
    <path d="M10 13a5 5 0 0 0 7.5.5l3-3a5 5 0 0 0-7-7l-1.700 1.700" />
    <path d="M14 11a5 5 0 0 0-7.500-.5l-3 3a5 5 0 0 0 7 7l1.700-1.700" />
  </Icon>
);

export const CodeIcon = () => (
  <Icon>
    <path d="m8 6-6 6 6 6M16 6l6 6-6 6M14 3l-4 18" />
  </Icon>
);

export const ExplorerIcon = () => (
  <Icon>
    <path d="M4 4h6M4 4v14h6M4 11h6" />
    <rect x="13" y="2" width="8" height="4" rx="1" />
    <rect x="13" y="9" width="8" height="4" rx="1" />
    <rect x="13" y="16" width="8" height="4" rx="1" />
  </Icon>
);
