/** What is stored belongs to an account and a region; nothing crosses from one to another by accident. */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
}
