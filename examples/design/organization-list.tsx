import { type Entries, type OrganizationItem, readable } from './items.js';
import { More, type MorePages } from './more.js';

interface Props {
  organizations: Entries<OrganizationItem>;
  /** The code of the one that is shown. */
  selected: string | undefined;
  more: MorePages | undefined;
}

export function OrganizationList({ organizations, selected, more }: Props) {
  return (
    <nav aria-label="Organizations" className={selected === undefined ? 'list' : 'list beside'}>
      <ul>
        {readable(organizations).map(({ id, code, name }) => (
          <li key={id}>
            <a href={`#/${code}`} aria-current={code === selected ? 'page' : undefined}>
              {name ?? code}
            </a>
          </li>
        ))}
      </ul>
      {more && <More what="organizations" pages={more} />}
    </nav>
  );
}
