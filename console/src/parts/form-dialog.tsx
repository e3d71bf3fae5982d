import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Failure, failureOf } from "../api/failure.js";
import { common } from "../texts/common.js";
import { FailureAlert } from "./failure-alert.js";

/** Something else that a dialog can do with what is written in it. */
interface OtherAction {
  readonly text: string;
  readonly run: () => Promise<void>;
}

interface FormDialogProps {
  readonly header: string;
  readonly children: ReactNode;
  /** Of the button that does it. */
  readonly action: string;
  readonly ready?: boolean;
  readonly size?: ModalProps.Size;
  /** Of the button that only closes. */
  readonly cancel?: string;
  readonly others?: readonly OtherAction[];
  /** Closes the dialog itself once it is done; what it throws is shown in the dialog, and nothing typed is lost. */
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
}

/** A short form above the page. */
export function FormDialog(props: FormDialogProps) {
  const { header, children, action, ready = true, size = "medium", cancel = common.cancel, others = [] } = props;
  const { onSubmit, onClose } = props;
  /** Which of the buttons is at work. */
  const [busy, setBusy] = useState<string>();
  const [failure, setFailure] = useState<Failure>();

  async function run(name: string, work: () => Promise<void>) {
    if (busy !== undefined) return;
    setBusy(name);
    setFailure(undefined);
    try {
      await work();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setBusy(undefined);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    // A dialog within this one has a form of its own.
    event.stopPropagation();
    if (ready) void run(action, onSubmit);
  }

  return (
    <Modal
      visible
      size={size}
      header={header}
      // A click beside it takes away nothing that was typed, or that is shown once.
      onDismiss={({ detail }) => {
        if (detail.reason !== "overlay") onClose();
      }}
      closeAriaLabel={common.close}
    >
      <form onSubmit={submit}>
        <SpaceBetween size="m">
          {children}
          <FailureAlert failure={failure} />
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                {cancel}
              </Button>
              {others.map(({ text, run: work }) => (
                <Button key={text} formAction="none" loading={busy === text} onClick={() => void run(text, work)}>
                  {text}
                </Button>
              ))}
              <Button variant="primary" formAction="submit" loading={busy === action} disabled={!ready}>
                {action}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
