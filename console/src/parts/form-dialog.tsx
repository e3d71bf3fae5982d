import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Failure, failureOf } from "../api/failure.js";
import { common } from "../texts/common.js";
import { FailureAlert } from "./failure-alert.js";

interface FormDialogProps {
  readonly header: string;
  readonly children: ReactNode;
  /** Of the button that does it. */
  readonly action: string;
  readonly ready?: boolean;
  readonly size?: ModalProps.Size;
  /** Closes the dialog itself once it is done; what it throws is shown in the dialog, and nothing typed is lost. */
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
}

/** A short form above the page. */
export function FormDialog(props: FormDialogProps) {
  const { header, children, action, ready = true, size = "medium", onSubmit, onClose } = props;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    // A dialog within this one has a form of its own.
    event.stopPropagation();
    if (!ready || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await onSubmit();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setBusy(false);
  }

  return (
    <Modal visible size={size} header={header} onDismiss={onClose} closeAriaLabel={common.close}>
      <form onSubmit={submit}>
        <SpaceBetween size="m">
          {children}
          <FailureAlert failure={failure} />
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                {common.cancel}
              </Button>
              <Button variant="primary" formAction="submit" loading={busy} disabled={!ready}>
                {action}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
