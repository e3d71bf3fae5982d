import {
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  IAMClient,
  ListMFADevicesCommand,
  type MFADevice,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { EmptyList } from "../../parts/empty-list.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { listCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { everyPage } from "../../parts/policy/every-page.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";
import { EnrolDialog } from "./enrol-dialog.js";

const texts = peopleTexts.devices;

/** The devices whose codes are a user's second factor. */
export function DevicesPanel({ userName }: { userName: string }) {
  const { full } = useMoments();
  const iam = clientOf(IAMClient);
  const [enrolling, setEnrolling] = useState(false);
  const [removed, setRemoved] = useState<string>();
  const devices = useLoaded(`devices ${userName}`, (signal) => devicesOf(userName, signal));
  const list = devices.value ?? [];
  return (
    <>
      <Table<MFADevice>
        items={list}
        trackBy="SerialNumber"
        loading={devices.loading && devices.value === undefined}
        loadingText={common.loading}
        ariaLabels={{ tableLabel: texts.title }}
        header={
          <SpaceBetween size="s">
            <Header
              variant="h2"
              {...listCount(devices.value)}
              actions={<Button onClick={() => setEnrolling(true)}>{texts.enrol}</Button>}
            >
              {texts.title}
            </Header>
            <FailureAlert failure={devices.failure} retry={devices.reload} />
          </SpaceBetween>
        }
        empty={<EmptyList failure={devices.failure} text={texts.none} />}
        columnDefinitions={[
          { id: "name", header: texts.device, isRowHeader: true, cell: ({ SerialNumber }) => nameOf(SerialNumber) },
          {
            id: "since",
            header: texts.since,
            cell: ({ EnableDate }) => (EnableDate ? full(EnableDate) : common.nothing),
          },
          {
            id: "remove",
            header: "",
            cell: ({ SerialNumber }) => (
              <Button
                variant="inline-link"
                ariaLabel={`${texts.remove} ${nameOf(SerialNumber)}`}
                onClick={() => setRemoved(SerialNumber)}
              >
                {texts.remove}
              </Button>
            ),
          },
        ]}
      />
      {enrolling && (
        <EnrolDialog
          userName={userName}
          taken={list.map(({ SerialNumber }) => nameOf(SerialNumber))}
          onClose={() => {
            setEnrolling(false);
            devices.reload();
          }}
        />
      )}
      {removed !== undefined && (
        <ConfirmDialog
          header={texts.removeTitle}
          action={texts.remove}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            // Where the second call failed before, the first has nothing to do any more.
            if ((await devicesOf(userName)).some(({ SerialNumber }) => SerialNumber === removed))
              await iam.send(new DeactivateMFADeviceCommand({ UserName: userName, SerialNumber: removed }));
            await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: removed }));
            notify("success", texts.removed);
            setRemoved(undefined);
            devices.reload();
          }}
        >
          {texts.removeBody}
        </ConfirmDialog>
      )}
    </>
  );
}

export function devicesOf(UserName: string, signal?: AbortSignal): Promise<MFADevice[]> {
  return everyPage(async (Marker) => {
    const page = await clientOf(IAMClient).send(new ListMFADevicesCommand({ UserName, Marker }), {
      ...(signal && { abortSignal: signal }),
    });
    return { items: page.MFADevices ?? [], next: page.Marker };
  });
}

function nameOf(serialNumber: string | undefined): string {
  return serialNumber?.split("/").at(-1) ?? "";
}
