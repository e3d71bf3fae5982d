import { useSyncExternalStore } from "react";
import { type SessionState, session } from "./session.js";

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.get);
}
