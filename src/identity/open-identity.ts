import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { Authorizer } from "./authorizer.js";
import type { Credentials } from "./credentials.js";
import { IdentityDirectory } from "./directory.js";
import { KeyUses } from "./key-uses.js";
import { openPeople, type People } from "./people/people.js";
import { PolicyAuthorizer } from "./policy-authorizer.js";
import { ServiceCredentials } from "./service-credentials.js";
import { Sessions } from "./sessions.js";
import { StoredCredentials } from "./stored-credentials.js";
import type { Vault } from "./vault.js";
import { IssuerKeys } from "./web-identity/issuer-keys.js";
import { WebIdentities } from "./web-identity/web-identities.js";

/** Everything that knows who calls and what they may do, over one settings store. */
export interface Identity {
  readonly credentials: Credentials;
  readonly authorizer: Authorizer;
  readonly serviceCredentials: ServiceCredentials;
  readonly directory: IdentityDirectory;
  readonly sessions: Sessions;
  readonly people: People;
  readonly keyUses: KeyUses;
  readonly webIdentities: WebIdentities;
}

export function openIdentity(parts: {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly environment: Environment;
  /** Issuers that may be at private addresses, or without TLS; see `IssuerKeys`. */
  readonly issuerOrigins?: readonly string[] | undefined;
}): Identity {
  const { settings, vault, environment, issuerOrigins = [] } = parts;
  const { clock } = environment;
  const directory = new IdentityDirectory(settings, clock);
  const sessions = new Sessions(vault, environment);
  const authorizer = new PolicyAuthorizer(directory);
  return {
    credentials: new StoredCredentials({ directory, sessions, vault, clock }),
    authorizer,
    serviceCredentials: new ServiceCredentials(sessions),
    directory,
    sessions,
    people: openPeople({ vault, environment }),
    keyUses: new KeyUses(settings),
    webIdentities: new WebIdentities({ settings, clock, keys: new IssuerKeys({ clock, namedOrigins: issuerOrigins }) }),
  };
}
