import type { Environment } from "../../environment.js";
import type { People } from "../../identity/people/people.js";
import type { Vault } from "../../identity/vault.js";
import type { AccessHistory } from "../../storage/access-history.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { KnownService } from "../known-actions.js";

export interface IamDeps {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly people: People;
  /** Issuers of tokens that may be asked without TLS; see `mayAskIssuer`. */
  readonly issuerOrigins?: readonly string[] | undefined;
  /** The first account: its root user makes the others. */
  readonly homeAccountId?: string;
  readonly environment: Environment;
  readonly accessHistory: AccessHistory;
  /** Of every API of this service. */
  readonly knownServices: () => readonly KnownService[];
}
