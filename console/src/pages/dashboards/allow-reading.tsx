import { CloudTrailClient, GetResourcePolicyCommand, PutResourcePolicyCommand } from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { JsonView } from "../../parts/json-view.js";
import { notify } from "../../shell/notices.js";
import { dashboardsTexts } from "../../texts/dashboards.js";
import { withReading } from "./reading-policy.js";

const texts = dashboardsTexts.view;

/** Adds to a store's policy that the service may query it for a dashboard; what the policy says else stays. */
export function AllowReading({
  storeId,
  storeName,
  dashboardArn,
}: {
  storeId: string;
  storeName: string;
  dashboardArn: string;
}) {
  const [asking, setAsking] = useState(false);
  const storeArn = dashboardArn.replace(/:dashboard\/.*$/, `:eventdatastore/${storeId}`);
  const allow = async () => {
    const trails = clientOf(CloudTrailClient);
    const before = await trails.send(new GetResourcePolicyCommand({ ResourceArn: storeArn })).then(
      ({ ResourcePolicy }) => ResourcePolicy,
      (problem: Error) => {
        if (problem.name === "ResourcePolicyNotFoundException") return undefined;
        throw problem;
      },
    );
    const ResourcePolicy = JSON.stringify(withReading(before, storeArn, dashboardArn));
    await trails.send(new PutResourcePolicyCommand({ ResourceArn: storeArn, ResourcePolicy }));
    notify("success", texts.allowed);
    setAsking(false);
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>{texts.allow(storeName)}</Button>
      {asking && (
        <ConfirmDialog
          header={texts.allowHeader}
          action={texts.allow(storeName)}
          onClose={() => setAsking(false)}
          onConfirm={allow}
        >
          <SpaceBetween size="s">
            {texts.allowBody}
            <JsonView value={withReading(undefined, storeArn, dashboardArn).Statement[0]} label={texts.statement} />
          </SpaceBetween>
        </ConfirmDialog>
      )}
    </>
  );
}
