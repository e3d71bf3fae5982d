import {
  CloudTrailClient,
  CreateDashboardCommand,
  type DashboardDetail,
  ListDashboardsCommand,
} from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { useLocation } from "wouter";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { PagedTable } from "../../parts/paged-table.js";
import { dashboardsTexts } from "../../texts/dashboards.js";

const texts = dashboardsTexts.list;

/** The dashboards of the account and region: those of the service, and one's own. */
export default function DashboardsPage() {
  const [, navigate] = useLocation();
  const [making, setMaking] = useState(false);
  const [name, setName] = useState("");
  const dashboards = usePages<DashboardDetail>("dashboards", async (NextToken, abortSignal) => {
    const answer = await clientOf(CloudTrailClient).send(new ListDashboardsCommand({ NextToken }), { abortSignal });
    return { items: answer.Dashboards ?? [], nextToken: answer.NextToken };
  });
  const openForm = () => {
    setName("");
    setMaking(true);
  };
  const nameOf = ({ DashboardArn = "" }: DashboardDetail) => DashboardArn.slice(DashboardArn.lastIndexOf("/") + 1);

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={dashboardsTexts.description}
          actions={<Button onClick={openForm}>{texts.make}</Button>}
        >
          {dashboardsTexts.title}
        </Header>
      }
    >
      <PagedTable
        pages={dashboards}
        ariaLabels={{ tableLabel: texts.table }}
        items={dashboards.items}
        trackBy={nameOf}
        empty={<Box textAlign="center">{texts.none}</Box>}
        columnDefinitions={[
          {
            id: "name",
            header: texts.name,
            isRowHeader: true,
            cell: (dashboard) => (
              <Link
                href={`/console/dashboards/${nameOf(dashboard)}`}
                onFollow={(event) => {
                  event.preventDefault();
                  navigate(`/dashboards/${nameOf(dashboard)}`);
                }}
              >
                {nameOf(dashboard)}
              </Link>
            ),
          },
          { id: "type", header: texts.type, cell: ({ Type = "" }) => texts.types[Type] ?? Type },
        ]}
      />
      {making && (
        <FormDialog
          header={texts.make}
          action={texts.create}
          ready={name !== ""}
          onClose={() => setMaking(false)}
          onSubmit={async () => {
            await clientOf(CloudTrailClient).send(new CreateDashboardCommand({ Name: name }));
            navigate(`/dashboards/${name}`);
          }}
        >
          <FormField label={texts.nameLabel} constraintText={texts.nameHint}>
            <Input value={name} onChange={({ detail }) => setName(detail.value.trim())} />
          </FormField>
        </FormDialog>
      )}
    </ContentLayout>
  );
}
