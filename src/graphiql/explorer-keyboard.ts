/**
 * Makes GraphiQL's explorer operable by keyboard, and readable by assistive technology. Its fields and
 * arguments are spans that know the mouse alone.
 */

/** The spans that select a field, an argument, a type or a fragment. */
const CONTROL = 'span[style*="cursor: pointer"]';

/**
 * Gives the controls below an element a role, a state and keys. They are one stop of the Tab key: the arrow
 * keys, Home, End and a name's first letter move among them, Space and Enter select. Returns what ends it.
 */
export function makeOperable(container: HTMLElement): () => void {
  const controls = () => [...container.querySelectorAll<HTMLElement>(CONTROL)];
  /** The stop of the Tab key, among the controls. */
  let position = 0;
  let focused: Element | undefined;

  const describe = () => {
    const all = controls();
    position = Math.max(0, Math.min(position, all.length - 1));
    for (const [index, control] of all.entries()) describeControl(control, index === position);
    nameInputs(container);
    // Selecting an object replaces its span. Nothing before it has changed, so its place is the same. The
    // button of an action is gone after it.
    if (focused?.isConnected === false && document.activeElement === document.body) {
      all[position]?.focus();
    }
  };
  const moveTo = (index: number) => {
    const control = controls()[index];
    if (control === undefined) return;
    position = index;
    control.focus();
    describe();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = controls();
    const index = indexOf(event.target, all);
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ' || event.key === 'Enter') {
      // Otherwise a button inside has the focus, and its own keys.
      if (event.target !== all[index]) return;
      all[index]!.click();
    } else {
      const target = targetOf(event.key, all, index);
      if (target === undefined) return;
      moveTo(target);
    }
    event.preventDefault();
  };
  const onFocus = ({ target }: FocusEvent) => {
    const index = indexOf(target, controls());
    if (index >= 0) position = index;
    focused = target as Element;
  };

  const observer = new MutationObserver(describe);
  observer.observe(container, { childList: true, subtree: true });
  container.addEventListener('keydown', onKeyDown);
  container.addEventListener('focusin', onFocus);
  describe();
  return () => {
    observer.disconnect();
    container.removeEventListener('keydown', onKeyDown);
    container.removeEventListener('focusin', onFocus);
  };
}

/** Returns the index of the control that an element is or is in; -1 for none. */
function indexOf(target: EventTarget | null, all: readonly HTMLElement[]): number {
  return all.findIndex((control) => control.contains(target as Node));
}

/** Returns the index that a key leads to; undefined for a key that leads nowhere. */
function targetOf(key: string, all: readonly HTMLElement[], index: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return index + 1;
    case 'ArrowUp':
      return index - 1;
    case 'Home':
      return 0;
    case 'End':
      return all.length - 1;
    default: {
      if (key.length !== 1) return undefined;
      const startsWithKey = ({ textContent }: HTMLElement) =>
        textContent!.toLowerCase().startsWith(key.toLowerCase());
      const next = all.findIndex((control, at) => at > index && startsWithKey(control));
      return next < 0 ? all.findIndex(startsWithKey) : next;
    }
  }
}

function describeControl(control: HTMLElement, isStop: boolean): void {
  control.role = 'checkbox';
  control.tabIndex = isStop ? 0 : -1;
  // The icon of what is selected is filled or, where it opens a list, turned.
  const icon = control.querySelector('svg');
  const isSelected = icon !== null && (icon.style.fill !== '' || icon.style.transform !== '');
  control.ariaChecked = String(isSelected);
}

/** Names the inputs of arguments by their arguments, and the controls that add an operation. */
function nameInputs(container: HTMLElement): void {
  for (const input of container.querySelectorAll<HTMLElement>('input, select')) {
    const argument = input.closest<HTMLElement>('[data-arg-name]')?.dataset['argName'];
    const kind = input.closest('form') === null ? 'Name of the operation' : 'Kind of operation';
    input.ariaLabel = argument ?? kind;
  }
  const add = container.querySelector('.graphiql-explorer-actions button');
  if (add !== null) add.ariaLabel = 'Add an operation';
}
