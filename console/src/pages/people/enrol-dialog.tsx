import {
  CreateVirtualMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";
import "./enrol-dialog.css";

interface EnrolDialogProps {
  readonly userName: string;
  readonly taken: readonly string[];
  readonly onClose: () => void;
}

interface NewDevice {
  readonly serial: string;
  readonly secret: string;
  /** The QR code as the address of a picture. */
  readonly picture: string;
}

const texts = peopleTexts.devices;

/** Adds a device: its QR code first, then two codes that prove it. One that is given up is not left behind. */
export function EnrolDialog({ userName, taken, onClose }: EnrolDialogProps) {
  const iam = clientOf(IAMClient);
  const [name, setName] = useState(taken.includes(userName) ? `${userName}-${taken.length + 1}` : userName);
  const [device, setDevice] = useState<NewDevice>();
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");

  if (device === undefined)
    return (
      <FormDialog
        header={texts.enrol}
        action={texts.next}
        ready={name.trim() !== ""}
        onClose={onClose}
        onSubmit={async () => {
          const { VirtualMFADevice } = await iam.send(
            new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name.trim() }),
          );
          setDevice({
            serial: VirtualMFADevice?.SerialNumber ?? "",
            secret: new TextDecoder().decode(VirtualMFADevice?.Base32StringSeed),
            picture: pictureOf(VirtualMFADevice?.QRCodePNG ?? new Uint8Array()),
          });
        }}
      >
        <FormField label={texts.deviceName}>
          <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      </FormDialog>
    );
  return (
    <FormDialog
      header={texts.enrol}
      action={texts.finish}
      ready={/^\d{6}$/.test(first) && /^\d{6}$/.test(second)}
      onClose={() => {
        void iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: device.serial })).catch(() => {});
        onClose();
      }}
      onSubmit={async () => {
        await iam.send(
          new EnableMFADeviceCommand({
            UserName: userName,
            SerialNumber: device.serial,
            AuthenticationCode1: first,
            AuthenticationCode2: second,
          }),
        );
        notify("success", texts.added);
        onClose();
      }}
    >
      <SpaceBetween size="m">
        <FormField label={texts.scan}>
          <img className="enrol-code" src={device.picture} alt={texts.qr} />
        </FormField>
        <FormField label={texts.secret}>
          <CopyToClipboard
            variant="inline"
            textToCopy={device.secret}
            copyButtonAriaLabel={common.copy(texts.secret)}
            copySuccessText={common.copied}
            copyErrorText={common.notCopied}
          />
        </FormField>
        <ColumnLayout columns={2}>
          <FormField label={texts.first} description={texts.codesHint}>
            <Code value={first} onChange={setFirst} />
          </FormField>
          <FormField label={texts.second} description={texts.secondHint}>
            <Code value={second} onChange={setSecond} />
          </FormField>
        </ColumnLayout>
      </SpaceBetween>
    </FormDialog>
  );
}

function Code({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Input
      value={value}
      inputMode="numeric"
      autoComplete="one-time-code"
      onChange={({ detail }) => onChange(detail.value.trim())}
    />
  );
}

function pictureOf(png: Uint8Array): string {
  return `data:image/png;base64,${btoa(String.fromCharCode(...png))}`;
}
