// biome-ignore lint/suspicious/noEmptyInterface: filled by the area's migrations.
export interface XrayInsightsTables {}
