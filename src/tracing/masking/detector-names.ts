/** Ready-made looks at a text. */
export const detectorNames = [
  "EMAIL",
  "CARD_NUMBER",
  "BEARER_TOKEN",
  "JWT",
  "AWS_KEY",
  "API_TOKEN",
  "PRIVATE_KEY",
  "CREDENTIAL_NAMES",
] as const;
export type DetectorName = (typeof detectorNames)[number];
