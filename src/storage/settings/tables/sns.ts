// biome-ignore lint/suspicious/noEmptyInterface: tables are added by this area's owner.
export interface SnsTables {}
