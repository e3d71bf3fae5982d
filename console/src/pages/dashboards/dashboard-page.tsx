import {
  CloudTrailClient,
  DeleteDashboardCommand,
  GetDashboardCommand,
  type RequestWidget,
  StartDashboardRefreshCommand,
  UpdateDashboardCommand,
} from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { useStores } from "../../parts/sql/use-stores.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { notify } from "../../shell/notices.js";
import { dashboardsTexts } from "../../texts/dashboards.js";
import { AllowReading } from "./allow-reading.js";
import { WidgetBox } from "./widget-box.js";
import { WidgetDialog } from "./widget-dialog.js";

const texts = dashboardsTexts.view;

/** One dashboard: refreshed for a period, its widgets drawn; one's own can be changed. */
export default function DashboardPage() {
  const { name = "" } = useParams();
  const [, navigate] = useLocation();
  const [chosenStore, setStore] = useUrlState("store");
  const [refreshId, setRefreshId] = useUrlState("refresh");
  const period = useChosenPeriod("1d");
  const stores = useStores();
  const [failure, setFailure] = useState<Failure>();
  const [starting, setStarting] = useState(false);
  const [edited, setEdited] = useState<number>();
  const [removing, setRemoving] = useState(false);
  const dashboard = useLoaded(name, (abortSignal) =>
    clientOf(CloudTrailClient).send(new GetDashboardCommand({ DashboardId: name }), { abortSignal }),
  );
  const { Widgets = [], Type, LastRefreshId, LastRefreshFailureReason, DashboardArn = "" } = dashboard.value ?? {};
  const managed = Type === "MANAGED";
  const storeId = chosenStore || stores.value?.[0]?.id || "";
  /** The stores that its statements read: of one's own dashboard those that they name. */
  const read = (stores.value ?? []).filter(({ id }) =>
    managed ? id === storeId : Widgets.some(({ QueryStatement = "" }) => QueryStatement.includes(id)),
  );
  const shownRefresh = refreshId || LastRefreshId;
  const options = (stores.value ?? []).map(({ id, name: label }) => ({ value: id, label, description: id }));

  const refresh = async () => {
    setStarting(true);
    setFailure(undefined);
    try {
      const { start, end } = period.resolve();
      const { RefreshId = "" } = await clientOf(CloudTrailClient).send(
        new StartDashboardRefreshCommand({
          DashboardId: name,
          QueryParameterValues: {
            $StartTime$: timeText(start),
            $EndTime$: timeText(end),
            $Period$: end.getTime() - start.getTime() > 3 * 86_400_000 ? "DAY" : "HOUR",
            ...(managed && { $EventDataStoreId$: storeId }),
          },
        }),
      );
      setRefreshId(RefreshId);
      dashboard.reload();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setStarting(false);
  };
  const save = async (widgets: RequestWidget[]) => {
    await clientOf(CloudTrailClient).send(new UpdateDashboardCommand({ DashboardId: name, Widgets: widgets }));
    setEdited(undefined);
    dashboard.reload();
  };
  const kept = (): RequestWidget[] =>
    Widgets.map(({ QueryStatement, QueryParameters, ViewProperties }) => ({
      QueryStatement,
      ViewProperties,
      ...(QueryParameters?.length && { QueryParameters }),
    }));

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {Type === "CUSTOM" && <Button onClick={() => setRemoving(true)}>{texts.remove}</Button>}
              {Type === "CUSTOM" && <Button onClick={() => setEdited(Widgets.length)}>{texts.add}</Button>}
              <Button
                variant="primary"
                iconName="refresh"
                loading={starting}
                disabled={dashboard.value === undefined || Widgets.length === 0 || (managed && storeId === "")}
                onClick={refresh}
              >
                {texts.refresh}
              </Button>
            </SpaceBetween>
          }
        >
          {name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={dashboard.failure} retry={dashboard.reload} />
        <FailureAlert failure={stores.failure} retry={stores.reload} />
        <FailureAlert failure={failure} retry={refresh} />
        <SpaceBetween direction="horizontal" size="m" alignItems="end">
          <PeriodPicker period={period} />
          {managed && (
            <FormField label={texts.store}>
              <Select
                options={options}
                empty={texts.noStore}
                selectedOption={options.find(({ value }) => value === storeId) ?? null}
                onChange={({ detail }) => setStore(detail.selectedOption.value ?? "")}
              />
            </FormField>
          )}
        </SpaceBetween>
        {LastRefreshFailureReason !== undefined && (
          <Alert
            type="warning"
            header={texts.failed}
            action={
              <SpaceBetween direction="horizontal" size="xs">
                {read.map(({ id, name: storeName }) => (
                  <AllowReading key={id} storeId={id} storeName={storeName} dashboardArn={DashboardArn} />
                ))}
              </SpaceBetween>
            }
          >
            {LastRefreshFailureReason}
          </Alert>
        )}
        {dashboard.value !== undefined && Widgets.length === 0 && (
          <Nothing header={texts.noWidgets} body={texts.noWidgetsBody} />
        )}
        {Widgets.length > 0 && shownRefresh === undefined && (
          <Nothing header={texts.neverRefreshed} body={texts.neverBody} />
        )}
        {Widgets.length > 0 && (
          <Grid
            gridDefinition={Widgets.map(({ ViewProperties }) => ({
              colspan: { default: 12, s: widthOf(ViewProperties) },
            }))}
          >
            {Widgets.map((widget, at) => (
              <WidgetBox
                key={widget.QueryAlias}
                widget={widget}
                refreshId={shownRefresh}
                onEdit={Type === "CUSTOM" ? () => setEdited(at) : undefined}
              />
            ))}
          </Grid>
        )}
      </SpaceBetween>
      {edited !== undefined && (
        <WidgetDialog
          widget={kept()[edited]}
          storeId={storeId}
          onClose={() => setEdited(undefined)}
          onSave={(widget) => save(kept().toSpliced(edited, 1, widget))}
          onRemove={() => save(kept().toSpliced(edited, 1))}
        />
      )}
      {removing && (
        <ConfirmDialog
          header={texts.removeHeader(name)}
          action={texts.remove}
          onClose={() => setRemoving(false)}
          onConfirm={async () => {
            await clientOf(CloudTrailClient).send(new DeleteDashboardCommand({ DashboardId: name }));
            notify("success", texts.removed(name));
            navigate("/dashboards");
          }}
        >
          {texts.removeBody}
        </ConfirmDialog>
      )}
    </ContentLayout>
  );
}

function Nothing({ header, body }: { header: string; body: string }) {
  return (
    <Box textAlign="center" padding="l">
      <Box variant="strong">{header}</Box>
      <Box variant="p">{body}</Box>
    </Box>
  );
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Of twelve; half of them at least, so that axes can be read. */
function widthOf(view: Readonly<Record<string, string>> | undefined): number {
  return Number(view?.["Width"]) > 6 || view?.["View"] === "Table" ? 12 : 6;
}
