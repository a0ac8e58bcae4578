/**
 * The explorer's buttons which it shows under a mouse alone: those that extract a fragment or a variable,
 * and those that delete or clone an operation. React takes an event by script for the mouse's own.
 */

/** What shows its buttons: a field, an argument, or the title of an operation or a fragment. */
const OWNER = 'span[style*="cursor: pointer"], .graphiql-operation-title-bar';

/** Shows the buttons beside what has the focus, or all of them on a screen without a mouse. Returns what ends it. */
export function showActions(container: HTMLElement): () => void {
  const isTouch = matchMedia('(hover: none)').matches;
  const showAll = () => container.querySelectorAll<HTMLElement>(OWNER).forEach(enter);
  const onFocus = ({ target }: FocusEvent) => {
    const owner = ownerOf(target);
    if (owner !== null) enter(owner);
  };
  const onBlur = ({ target, relatedTarget }: FocusEvent) => {
    const owner = ownerOf(target);
    if (owner !== null && owner !== ownerOf(relatedTarget)) leave(owner);
  };
  const update = () => {
    nameActions(container);
    if (isTouch) showAll();
  };
  const observer = new MutationObserver(update);
  observer.observe(container, { childList: true, subtree: true });
  if (isTouch) {
    // A tap moves the mouse that a browser makes of it, which hides the buttons of before.
    container.addEventListener('click', showAll);
  } else {
    container.addEventListener('focusin', onFocus);
    container.addEventListener('focusout', onBlur);
  }
  update();
  return () => {
    observer.disconnect();
    container.removeEventListener('click', showAll);
    container.removeEventListener('focusin', onFocus);
    container.removeEventListener('focusout', onBlur);
  };
}

const ownerOf = (target: EventTarget | null) =>
  target instanceof Element ? target.closest<HTMLElement>(OWNER) : null;

/** Enters an element and those around it, as a mouse over its name does. */
function enter(owner: HTMLElement): void {
  innermost(owner).dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
}

function leave(owner: HTMLElement): void {
  innermost(owner).dispatchEvent(new MouseEvent('mouseout', { bubbles: true }));
}

const innermost = (owner: HTMLElement) =>
  owner.querySelector(':scope > span:last-of-type') ?? owner;

const NAMES: Readonly<Record<string, string>> = { '✕': 'Delete', '⎘': 'Clone' };

/** Names the buttons, whose texts are signs. */
function nameActions(container: HTMLElement): void {
  for (const button of container.querySelectorAll<HTMLElement>('button.toolbar-button')) {
    const name = button.title || NAMES[button.textContent?.trim() ?? ''];
    if (name !== undefined) {
      button.ariaLabel = name;
      button.title = name;
    }
  }
}
