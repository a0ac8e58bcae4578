import { notify, session } from './session.js';

/** Copies a text. Browsers allow it on `localhost` and over HTTPS; elsewhere the text is shown. */
export function copyText(text: string, name: string): void {
  const isCopied = navigator.clipboard?.writeText(text) ?? Promise.reject();
  isCopied.then(
    () => notify(`${name} copied.`),
    () => session.set({ uncopied: { text, name } }),
  );
}
