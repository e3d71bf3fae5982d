import type { Migration } from "./migration.js";
import { auditMigrations } from "./migrations/audit.js";
import { channelMigrations } from "./migrations/channels.js";
import { cloudtrailMigrations } from "./migrations/cloudtrail.js";
import { detectionMigrations } from "./migrations/detection.js";
import { federationMigrations } from "./migrations/federation.js";
import { identityMigrations } from "./migrations/identity.js";
import { importMigrations } from "./migrations/imports.js";
import { insightsMigrations } from "./migrations/insights.js";
import { kmsMigrations } from "./migrations/kms.js";
import { lakeMigrations } from "./migrations/lake.js";
import { lakeQueryMigrations } from "./migrations/lake-queries.js";
import { logsMigrations } from "./migrations/logs.js";
import { peopleMigrations } from "./migrations/people.js";
import { s3Migrations } from "./migrations/s3.js";
import { snsMigrations } from "./migrations/sns.js";
import { trailsMigrations } from "./migrations/trails.js";
import { treeMigrations } from "./migrations/tree.js";
import { xrayMigrations } from "./migrations/xray.js";
import { xrayErasureMigrations } from "./migrations/xray-erasures.js";
import { xrayGroupMigrations } from "./migrations/xray-groups.js";
import { xrayIndexMigrations } from "./migrations/xray-index.js";
import { xrayInsightsMigrations } from "./migrations/xray-insights.js";
import { xrayMaskingMigrations } from "./migrations/xray-masking.js";
import { xrayRejectionMigrations } from "./migrations/xray-rejections.js";
import { xrayRetrievalMigrations } from "./migrations/xray-retrieval.js";
import { xraySamplingMigrations } from "./migrations/xray-sampling.js";
import { xraySettingsMigrations } from "./migrations/xray-settings.js";

/** Every migration, in the order in which they run. */
export const migrations: readonly Migration[] = [
  ...auditMigrations,
  ...identityMigrations,
  ...peopleMigrations,
  ...trailsMigrations,
  ...logsMigrations,
  ...snsMigrations,
  ...kmsMigrations,
  ...s3Migrations,
  ...xrayMigrations,
  ...xrayGroupMigrations,
  ...xraySamplingMigrations,
  ...xrayInsightsMigrations,
  ...xraySettingsMigrations,
  ...xrayRetrievalMigrations,
  ...xrayRejectionMigrations,
  ...xrayIndexMigrations,
  ...xrayMaskingMigrations,
  ...xrayErasureMigrations,
  ...lakeMigrations,
  ...lakeQueryMigrations,
  ...channelMigrations,
  ...importMigrations,
  ...cloudtrailMigrations,
  ...insightsMigrations,
  ...treeMigrations,
  ...detectionMigrations,
  ...federationMigrations,
];
