import { type Entries, type FlagItem, readable } from './items.js';

interface Props {
  flags: Entries<FlagItem>;
  /** Undefined for a person who may not do it: the switches are disabled then. */
  onSwitch: ((flag: FlagItem, value: boolean) => void) | undefined;
}

export function FlagList({ flags, onSwitch }: Props) {
  if (flags.length === 0) return <p>The environment has no feature flags.</p>;
  return (
    <ul className="flags">
      {readable(flags).map((flag) => (
        <li key={flag.id}>
          <code>{flag.key}</code>
          <small>{flag.source === 'ENVIRONMENT' ? 'inherited' : 'overridden'}</small>
          <FlagValue {...{ flag, onSwitch }} />
        </li>
      ))}
    </ul>
  );
}

function FlagValue({ flag, onSwitch }: { flag: FlagItem } & Pick<Props, 'onSwitch'>) {
  const { key, value } = flag;
  if (typeof value !== 'boolean') return <span>{value == null ? '–' : String(value)}</span>;
  return <FlagSwitch name={key} isOn={value} onChange={onSwitch && ((on) => onSwitch(flag, on))} />;
}

interface SwitchProps {
  name: string;
  isOn: boolean;
  onChange: ((isOn: boolean) => void) | undefined;
}

export const FlagSwitch = ({ name, isOn, onChange }: SwitchProps) => (
  <button
    role="switch"
    className="switch"
    aria-checked={isOn}
    aria-label={name}
    disabled={onChange === undefined}
    onClick={() => onChange?.(!isOn)}
  />
);
