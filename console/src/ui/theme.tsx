/** Light, dark, or as the system has it. */

import { useEffect, useState } from "react";

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
