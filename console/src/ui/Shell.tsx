/** The frame of every page: where one is, where one can go, who one is. */

import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useSession } from "../session";
import { ThemeSwitch } from "./theme";

const AREAS: { name: string; pages: [path: string, name: string][] }[] = [
  {
    name: "Record",
    pages: [
      ["/runs", "Runs"],
      ["/search", "Search"],
      ["/memory", "Memory"],
      ["/skills", "Skills"],
      ["/tapes", "Tapes"],
    ],
  },
  {
    name: "Understand",
    pages: [
      ["/incidents", "Incidents"],
      ["/forks", "Compare"],
      ["/spend", "Spend"],
    ],
  },
  {
    name: "Govern",
    pages: [
      ["/govern/approvals", "Approvals"],
      ["/govern/policy", "Policy"],
      ["/govern/agents", "Agents"],
      ["/govern/audit", "Audit log"],
      ["/govern/digests", "Digests"],
      ["/govern/exports", "Exports"],
      ["/govern/webhooks", "Webhooks"],
      ["/govern/keys", "Keys"],
    ],
  },
];

export function Shell({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  const [open, setOpen] = useState(false);
  const { signOut } = useSession();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  useEffect(() => {
    setOpen(false);
    // Another page: a reader of the screen, and the keyboard, begin at its top.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [location]);

  return (
    <div className="shell">
      <a className="skip" href="#main">
        To the content
      </a>
      <nav aria-label="Pages" data-open={open}>
        <div className="row between">
          <span className="brand">
            <img src="/icon.svg" width="22" height="22" alt="" /> Wakeline
          </span>
          <button type="button" className="menu-button" aria-expanded={open} onClick={() => setOpen(!open)}>
            Menu
          </button>
        </div>
        {AREAS.map((area) => (
          <section key={area.name} className="links" aria-label={area.name}>
            <h2>{area.name}</h2>
            <ul>
              {area.pages.map(([path, name]) => (
                <li key={path}>
                  <Link href={path} aria-current={location === path || location.startsWith(`${path}/`) ? "page" : undefined}>
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <div className="row links">
          <ThemeSwitch />
          <button type="button" className="plain" onClick={signOut}>
            Sign out
          </button>
        </div>
      </nav>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** A page's title, in the page and in the tab, with what can be done here at its side. */
export function Title({ children, name, actions }: { children: ReactNode; name: string; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${name} · Wakeline`;
  }, [name]);
  return (
    <header className="row between">
      <h1>{children}</h1>
      {actions && <div className="row">{actions}</div>}
    </header>
  );
}
