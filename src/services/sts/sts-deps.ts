import type { IdentityDirectory } from "../../identity/directory.js";
import type { People } from "../../identity/people/people.js";
import type { Sessions } from "../../identity/sessions.js";
import type { WebIdentities } from "../../identity/web-identity/web-identities.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface StsDeps {
  readonly directory: IdentityDirectory;
  readonly sessions: Sessions;
  readonly people: People;
  readonly settings: SettingsStore;
  readonly webIdentities: WebIdentities;
}
