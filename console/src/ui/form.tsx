/** Forms in dialogs, and the question before what cannot be undone. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Dialog } from "./Dialog";
import { Failure } from "./states";

/** Send what a form or a button says; then `done` is told, and what was read under the `about` paths is read anew. */
export function useSend<T, Given = void>(send: (given: Given) => Promise<T>, about: string[], done: (answer: T) => unknown = () => undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (answer) => {
      done(answer);
      return Promise.all(about.map((path) => queries.invalidateQueries({ queryKey: [path] })));
    },
  });
}

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
  /** What was read under these paths is read anew. */
  about?: string[];
  onDone?: () => unknown;
  children: ReactNode;
}

/** A button that asks before it acts; `children` say what is lost. */
export function Confirm({ verb, which, title, plain = false, act, about = [], onDone, children }: ConfirmProps) {
  return (
    <Dialog open={verb} which={which} title={title} kind={plain ? "plain" : "danger"}>
      {(close) => (
        <Question
          verb={verb}
          act={act}
          about={about}
          onDone={() => {
            close();
            onDone?.();
          }}
          onCancel={close}
        >
          {children}
        </Question>
      )}
    </Dialog>
  );
}

interface QuestionProps {
  verb: string;
  act: () => Promise<unknown>;
  about: string[];
  onDone: () => void;
  onCancel: () => void;
  children: ReactNode;
}

function Question({ verb, act, about, onDone, onCancel, children }: QuestionProps) {
  const acting = useSend(act, about, onDone);
  return (
    <Form submit={verb} kind="danger" sending={acting} onSubmit={acting.mutate} onCancel={onCancel}>
      <p>{children}</p>
    </Form>
  );
}
