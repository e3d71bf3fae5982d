import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";
import { FormDialog } from "./form-dialog.js";

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
  return (
    <FormDialog
      header={header}
      action={action}
      ready={typed === undefined || text === typed.text}
      onSubmit={onConfirm}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
