import type { AuditTables } from "./tables/audit.js";
import type { ChannelTables } from "./tables/channels.js";
import type { CloudTrailTables } from "./tables/cloudtrail.js";
import type { DetectionTables } from "./tables/detection.js";
import type { FederationTables } from "./tables/federation.js";
import type { IdentityTables } from "./tables/identity.js";
import type { ImportTables } from "./tables/imports.js";
import type { InsightsTables } from "./tables/insights.js";
import type { KmsTables } from "./tables/kms.js";
import type { LakeTables } from "./tables/lake.js";
import type { LakeQueryTables } from "./tables/lake-queries.js";
import type { LogsTables } from "./tables/logs.js";
import type { PeopleTables } from "./tables/people.js";
import type { S3Tables } from "./tables/s3.js";
import type { SnsTables } from "./tables/sns.js";
import type { TrailTables } from "./tables/trails.js";
import type { TreeTables } from "./tables/tree.js";
import type { XrayTables } from "./tables/xray.js";
import type { XrayErasureTables } from "./tables/xray-erasures.js";
import type { XrayGroupTables } from "./tables/xray-groups.js";
import type { XrayIndexTables } from "./tables/xray-index.js";
import type { XrayInsightsTables } from "./tables/xray-insights.js";
import type { XrayMaskingTables } from "./tables/xray-masking.js";
import type { XrayRejectionTables } from "./tables/xray-rejections.js";
import type { XrayRetrievalTables } from "./tables/xray-retrieval.js";
import type { XraySamplingTables } from "./tables/xray-sampling.js";
import type { XraySettingsTables } from "./tables/xray-settings.js";

/** Every table of the settings store. Times are epoch milliseconds in bigint columns, booleans are 0 or 1. */
export interface SettingsTables
  extends AuditTables,
    ChannelTables,
    CloudTrailTables,
    DetectionTables,
    FederationTables,
    IdentityTables,
    ImportTables,
    InsightsTables,
    KmsTables,
    LakeTables,
    LakeQueryTables,
    LogsTables,
    PeopleTables,
    S3Tables,
    SnsTables,
    TrailTables,
    TreeTables,
    XrayTables,
    XrayGroupTables,
    XrayIndexTables,
    XraySamplingTables,
    XrayInsightsTables,
    XraySettingsTables,
    XrayMaskingTables,
    XrayErasureTables,
    XrayRejectionTables,
    XrayRetrievalTables {}
