import type { BillingMode, EventDataStoreStatus } from "@aws-sdk/client-cloudtrail";
import type { EventDataStoreRow, StoreState } from "../../../audit/lake/event-data-stores.js";

/** What the operations answer of a store. */
export function storeView(row: EventDataStoreRow, { selectors }: Pick<StoreState, "selectors">) {
  return {
    EventDataStoreArn: row.arn,
    Name: row.name,
    Status: row.status as EventDataStoreStatus,
    AdvancedEventSelectors: [...selectors],
    MultiRegionEnabled: row.multi_region === 1,
    OrganizationEnabled: false,
    RetentionPeriod: row.retention_days,
    TerminationProtectionEnabled: row.termination_protection === 1,
    CreatedTimestamp: new Date(row.created_ms),
    UpdatedTimestamp: new Date(row.updated_ms),
    BillingMode: row.billing_mode as BillingMode,
  };
}
