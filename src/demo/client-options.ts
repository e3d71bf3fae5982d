/** Where and as whom an AWS SDK client of the demonstration speaks. */
export interface Account {
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The options every AWS SDK client takes. */
export function clientOptions(account: Account, customUserAgent?: string) {
  const { endpoint, region, accessKeyId, secretAccessKey } = account;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, customUserAgent };
}
