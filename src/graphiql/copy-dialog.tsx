import { useEffect, useRef } from 'react';
import { session } from './session.js';
import { useStore } from './store.js';

/** Shows a text that the browser doesn't let the page copy. A prompt would lose its line breaks. */
export function CopyDialog() {
  const uncopied = useStore(session, (state) => state.uncopied);
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (uncopied === undefined) return;
    dialog.current?.showModal();
    field.current?.select();
  }, [uncopied]);
  if (uncopied === undefined) return null;
  return (
    <dialog
      ref={dialog}
      className="copy-dialog"
      aria-label={`Copy ${uncopied.name}`}
      onClose={() => session.set({ uncopied: undefined })}
    >
      <p>Browsers let a page copy on localhost and over HTTPS only. Copy this text yourself:</p>
      <textarea ref={field} readOnly rows={12} aria-label={uncopied.name} value={uncopied.text} />
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
