import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Failure, failureOf } from "../api/failure.js";
import { common } from "../texts/common.js";
import { FailureAlert } from "./failure-alert.js";

interface ConfirmDialogProps {
  readonly header: string;
  /** What will be lost or changed, by name. */
  readonly children: ReactNode;
  /** Of the button that does it, as `Delete key`. */
  readonly action: string;
  /** Asked to be typed first, where there is no way back. */
  readonly typed?: { readonly text: string; readonly label: string };
  /** Closes the dialog itself once it is done; what it throws is shown in the dialog. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something is done that cannot be taken back lightly. */
export function ConfirmDialog({ header, children, action, typed, onConfirm, onClose }: ConfirmDialogProps) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const isReady = typed === undefined || text === typed.text;

  async function confirm(event: FormEvent) {
    event.preventDefault();
    if (!isReady || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await onConfirm();
    } catch (problem) {
      setFailure(failureOf(problem));
      setBusy(false);
    }
  }

  return (
    <Modal visible header={header} onDismiss={onClose} closeAriaLabel={common.close}>
      <form onSubmit={confirm}>
        <SpaceBetween size="m">
          <FailureAlert failure={failure} />
          <div>{children}</div>
          {typed !== undefined && (
            <FormField label={typed.label}>
              <Input
                value={text}
                autoComplete="off"
                placeholder={typed.text}
                onChange={({ detail }) => setText(detail.value)}
              />
            </FormField>
          )}
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                {common.cancel}
              </Button>
              <Button variant="primary" formAction="submit" loading={busy} disabled={!isReady}>
                {action}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
