/** A secret that the server does not show again. */

import { type ReactNode, useState } from "react";
import "./govern.css";

export function ShownOnce({ title, secret, onDone, children }: { title: string; secret: string; onDone: () => void; children?: ReactNode }) {
  const [copied, setCopied] = useState(false);
  return (
    <section className="secret" role="status" aria-label={title}>
      <h2>{title}</h2>
      <p>It is shown this once. Keep it where secrets are kept.</p>
      <code>{secret}</code>
      {children && <p>{children}</p>}
      <div className="row">
        <button type="button" onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}>
          {copied ? "Copied" : "Copy"}
        </button>
        <button type="button" onClick={onDone}>
          I have kept it
        </button>
      </div>
    </section>
  );
}
