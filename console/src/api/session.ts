import { home } from "./home.js";

/** Credentials as the SDK takes them. Kept in memory alone: a page that is loaded anew knows nobody. */
export interface HeldCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end; undefined for those that do not. */
  readonly expiration?: Date;
}

/** Who looks at the console. */
export interface Person {
  readonly arn: string;
  readonly accountId: string;
  readonly credentials: HeldCredentials;
  /** How they signed in, so that signing in anew asks for the right thing. */
  readonly by:
    | { readonly kind: "password"; readonly userName: string; readonly account: string }
    | { readonly kind: "key" };
}

/** What a tab knows of who uses it. */
export interface SessionState {
  /** Undefined before anybody has signed in. */
  readonly person?: Person;
  /** The role they act as, if they switched to one. */
  readonly role?: Person;
  readonly region: string;
  /** The credentials in use have ended, and calls wait for new ones. */
  readonly ended: boolean;
}

/** So long before their end credentials are not used any more: a call takes time, and clocks differ. */
const marginMs = 30_000;

/**
 * The one holder of credentials. Calls ask it for them; where they have ended, calls wait until the person has signed in
 * again, so that nothing on a page is lost.
 */
class Session {
  #state: SessionState = { region: home.region, ended: false };
  readonly #listeners = new Set<() => void>();
  #waiting: (() => void)[] = [];

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): SessionState => this.#state;

  /** Signs in, or signs in again: then what waited goes on. */
  signIn(person: Person): void {
    this.#set({ ...this.#state, person, ended: false });
    this.#resume();
  }

  /** Forgets everything. Calls that wait are left waiting: their pages are gone. */
  signOut(): void {
    this.#waiting = [];
    this.#set({ region: home.region, ended: false });
  }

  switchTo(role: Person): void {
    this.#set({ ...this.#state, role, ended: false });
    this.#resume();
  }

  switchBack(): void {
    this.#set({ person: this.#state.person, region: this.#state.region, ended: false });
    this.#resume();
  }

  setRegion(region: string): void {
    this.#set({ ...this.#state, region });
  }

  /** Told when the service refused credentials as expired. */
  end(): void {
    if (this.#state.person !== undefined && !this.#state.ended) this.#set({ ...this.#state, ended: true });
  }

  /** Those in use, for one signature. Waits while there are none. */
  async credentials(): Promise<HeldCredentials> {
    for (;;) {
      const { role, person, ended } = this.#state;
      const held = (role ?? person)?.credentials;
      const over = held?.expiration !== undefined && held.expiration.getTime() - marginMs <= Date.now();
      if (held !== undefined && !ended && !over) return held;
      if (over) this.end();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export const session = new Session();
