/** Forms in dialogs, and the question before what cannot be undone. */

import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Dialog } from "./Dialog";
import { Failure } from "./states";

interface FormProps {
  /** What the button that sends says, and while it does. */
  submit: string;
  submitting?: string;
  kind?: "primary" | "danger";
  sending: { isPending: boolean; isError: boolean; error: unknown };
  disabled?: boolean;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** Fields, what went wrong, and two buttons: to send, and to leave. */
export function Form({ submit, submitting, kind = "primary", sending, disabled = false, onSubmit, onCancel, children }: FormProps) {
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {sending.isError && <Failure error={sending.error} />}
      <div className="row">
        <button type="submit" className={kind} disabled={disabled || sending.isPending}>
          {(sending.isPending && submitting) || submit}
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

interface ConfirmProps {
  /** The word on the button that opens the question, and on the one that answers it. */
  verb: string;
  /** Which thing, where a page has several: heard, not seen. */
  which?: string;
  title: string;
  plain?: boolean;
  act: () => Promise<unknown>;
  onDone: () => unknown;
  children: ReactNode;
}

/** A button that asks before it acts; `children` say what is lost. */
export function Confirm({ verb, which, title, plain = false, act, onDone, children }: ConfirmProps) {
  return (
    <Dialog open={verb} which={which} title={title} kind={plain ? "plain" : "danger"}>
      {(close) => (
        <Question verb={verb} act={act} onDone={onDone} close={close}>
          {children}
        </Question>
      )}
    </Dialog>
  );
}

function Question({ verb, act, onDone, close, children }: Pick<ConfirmProps, "verb" | "act" | "onDone" | "children"> & { close: () => void }) {
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      close();
      return onDone();
    },
  });
  return (
    <Form submit={verb} kind="danger" sending={acting} onSubmit={acting.mutate} onCancel={close}>
      <p>{children}</p>
    </Form>
  );
}
