/** Who is signed in. The credential lives in this tab only, and goes nowhere but to the console's own origin. */

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { setCredential } from "./api/client";

/** `console-config.json`: written by the deployment, or by `wakeline serve` for its own machine. */
export interface ConsoleConfig {
  /** Credentials of the local stack, which exist only there. */
  local?: { name: string; credential: string; about: string }[];
  /** The issuer that people sign in with. */
  oidc?: { authority: string; client_id: string; scope?: string; audience?: string };
}

interface SessionState {
  config: ConsoleConfig | null;
  credential: string | null;
  expired: boolean;
  signIn: (credential: string) => void;
  signOut: () => void;
}

const KEPT = "wakeline.credential";
const Context = createContext<SessionState | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [config, setConfig] = useState<ConsoleConfig | null>(null);
  const [credential, setKept] = useState<string | null>(() => sessionStorage.getItem(KEPT));
  const [expired, setExpired] = useState(false);

  const signOut = useCallback(() => {
    sessionStorage.removeItem(KEPT);
    setKept(null);
    queries.clear();
  }, [queries]);

  // Set before anything below is rendered: the first page asks the API at once.
  setCredential(credential, () => {
    setExpired(true);
    signOut();
  });

  const signIn = useCallback(
    (given: string) => {
      sessionStorage.setItem(KEPT, given);
      setCredential(given, signOut);
      setExpired(false);
      setKept(given);
    },
    [signOut],
  );

  useEffect(() => {
    fetch("/console-config.json")
      .then((answer) => (answer.ok ? answer.json() : {}))
      .catch(() => ({}))
      .then(setConfig);
  }, []);

  const state = useMemo(
    () => ({ config, credential, expired, signIn, signOut }),
    [config, credential, expired, signIn, signOut],
  );
  return <Context.Provider value={state}>{children}</Context.Provider>;
}

export function useSession(): SessionState {
  const state = useContext(Context);
  if (!state) throw new Error("outside of SessionProvider");
  return state;
}
