/** A dialog and the button that opens it. What it holds begins afresh each time. */

import { type ReactNode, useId, useRef, useState } from "react";

interface Props {
  open: string;
  /** What the button's word is about, where a page has several: heard, not seen. */
  which?: string | undefined;
  title: string;
  kind?: "primary" | "danger" | "plain" | undefined;
  disabled?: boolean;
  children: (close: () => void) => ReactNode;
}

export function Dialog({ open, which, title, kind, disabled, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [opened, setOpened] = useState(0);
  const [shown, setShown] = useState(false);
  const id = useId();
  const close = () => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        className={kind}
        disabled={disabled}
        onClick={() => {
          setOpened(opened + 1);
          setShown(true);
          dialog.current?.showModal();
        }}
      >
        {open}
        {which && <span className="visually-hidden"> {which}</span>}
      </button>
      <dialog ref={dialog} aria-labelledby={id} onClose={() => setShown(false)}>
        <div className="stack" key={opened}>
          <h2 id={id}>{title}</h2>
          {shown && children(close)}
        </div>
        {/* Behind the content, which so has the focus first. */}
        <button type="button" className="plain dismiss" aria-label="Close this dialog" onClick={close}>
          ×
        </button>
      </dialog>
    </>
  );
}
