/** Light, dark, or as the system has it. */

import { useEffect, useState, useSyncExternalStore } from "react";

const KEPT = "wakeline.theme";
const NEXT = { system: "light", light: "dark", dark: "system" } as const;
type Theme = keyof typeof NEXT;

export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem(KEPT) as Theme | null) ?? "system");
  useEffect(() => {
    localStorage.setItem(KEPT, theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <button type="button" className="plain" onClick={() => setTheme(NEXT[theme])}>
      Theme: {theme}
    </button>
  );
}

/** Whether it is light or dark now, for what the styles do not reach. */
export function useScheme(): "light" | "dark" {
  return useSyncExternalStore(watchScheme, () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen === "light" || chosen === "dark" ? chosen : matchMedia(DARK).matches ? "dark" : "light";
  });
}

const DARK = "(prefers-color-scheme: dark)";

function watchScheme(changed: () => void): () => void {
  const system = matchMedia(DARK);
  const page = new MutationObserver(changed);
  system.addEventListener("change", changed);
  page.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    system.removeEventListener("change", changed);
    page.disconnect();
  };
}
