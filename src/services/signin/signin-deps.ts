import type { People } from "../../identity/people/people.js";
import type { Sessions } from "../../identity/sessions.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface SigninDeps {
  readonly settings: SettingsStore;
  readonly people: People;
  readonly sessions: Sessions;
}
