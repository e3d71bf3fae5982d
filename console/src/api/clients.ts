import { home } from "./home.js";
import { session } from "./session.js";

interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: () => Promise<object>;
  readonly maxAttempts: number;
  readonly forcePathStyle: boolean;
  readonly requestChecksumCalculation: "WHEN_REQUIRED";
}

/** Clients by class and region: making one costs more than a call. */
const made = new Map<unknown, Map<string, unknown>>();

/**
 * An AWS SDK client that signs as whoever is signed in, in the region chosen. There is no other way to the service, so
 * every look at something is a call that is authorised and recorded.
 *
 * @example const { TraceSummaries } = await clientOf(XRayClient).send(new GetTraceSummariesCommand(input));
 */
export function clientOf<Client>(
  // biome-ignore lint/suspicious/noExplicitAny: every SDK client's constructor takes a configuration of its own.
  Class: new (configuration: any) => Client,
): Client {
  const { region } = session.get();
  const ofClass = made.get(Class) ?? new Map<string, unknown>();
  made.set(Class, ofClass);
  const known = ofClass.get(region) as Client | undefined;
  if (known !== undefined) return known;
  const settings: ClientSettings = {
    endpoint: home.endpoint,
    region,
    // Asked for each call: a person may switch roles, or sign in anew, in between.
    credentials: () => session.credentials(),
    maxAttempts: 2,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  };
  const client = new Class(settings);
  ofClass.set(region, client);
  return client;
}
