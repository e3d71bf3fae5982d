import type { IdentityDirectory } from "../../identity/directory.js";
import type { Sessions } from "../../identity/sessions.js";

export interface StsDeps {
  readonly directory: IdentityDirectory;
  readonly sessions: Sessions;
}
