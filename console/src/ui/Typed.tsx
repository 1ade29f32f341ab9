/** A field whose value reaches the address when typing pauses. */

import { useEffect, useState } from "react";
import { useParams } from "./params";

const TYPING = 250;

export function Typed({ name, label, type = "text", placeholder }: { name: string; label: string; type?: string; placeholder?: string }) {
  const [params, change] = useParams();
  const kept = params.get(name) ?? "";
  const [text, setText] = useState(kept);
  useEffect(() => setText(kept), [kept]);
  useEffect(() => {
    if (text === kept) return undefined;
    const due = window.setTimeout(() => change({ [name]: text }), TYPING);
    return () => window.clearTimeout(due);
  }, [text, kept, name, change]);
  return (
    <label>
      {label}
      <input type={type} value={text} placeholder={placeholder} onChange={(event) => setText(event.target.value)} />
    </label>
  );
}
