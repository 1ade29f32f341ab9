/** What a page shows while it waits, when there is nothing, and when something went wrong. */

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";

export function Loading({ what = "Loading" }: { what?: string }) {
  return (
    <p className="state" role="status">
      {what}…
    </p>
  );
}

/** Nothing here; `children` say what to do about it. `whole`: there is nothing else on the page, so this is its title. */
export function Empty({ title, whole = false, children }: { title: string; whole?: boolean; children?: ReactNode }) {
  const Heading = whole ? "h1" : "h2";
  return (
    <div className="state">
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const known = error instanceof ApiError ? error : null;
  const message = known?.message ?? (error instanceof TypeError ? "The server cannot be reached." : error instanceof Error ? error.message : String(error));
  return (
    <div className="error" role="alert">
      <strong>{message}</strong>
      {known?.details?.map((detail) => (
        <span key={`${detail.field}${detail.message}`}>
          {detail.field && <code>{detail.field}</code>} {detail.message}
        </span>
      ))}
      {known?.requestId && <small>request {known.requestId}</small>}
      {retry && (
        <span>
          <button type="button" onClick={retry}>
            Try again
          </button>
        </span>
      )}
    </div>
  );
}

/** A query's result once it is there; else what is shown in its place. */
export function Loaded<T>({
  query,
  what,
  children,
}: {
  query: UseQueryResult<T>;
  what?: string;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading {...(what ? { what } : {})} />;
}
