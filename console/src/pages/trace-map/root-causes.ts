import type { TraceSummary } from "@aws-sdk/client-xray";

/** Why traces failed or were slow, and how many did for that reason. */
export interface RootCause {
  readonly kind: "fault" | "error" | "slow";
  /** Services from the entry to where it began. */
  readonly services: readonly string[];
  /** The entity in the last of them, unless it has the service's name. */
  readonly entity: string | undefined;
  readonly exception: string | undefined;
  readonly message: string | undefined;
  readonly traces: number;
}

interface Cause {
  readonly Services?:
    | readonly {
        readonly Name?: string | undefined;
        readonly EntityPath?:
          | readonly {
              readonly Name?: string | undefined;
              readonly Exceptions?:
                | readonly { readonly Name?: string | undefined; readonly Message?: string | undefined }[]
                | undefined;
            }[]
          | undefined;
      }[]
    | undefined;
}

/** The reasons that summaries name, the most frequent first. A trace counts once for each. */
export function rootCausesOf(summaries: readonly TraceSummary[], causesMax = 8): RootCause[] {
  const counted = new Map<string, RootCause>();
  for (const { FaultRootCauses = [], ErrorRootCauses = [], ResponseTimeRootCauses = [] } of summaries) {
    const causes = [
      ...FaultRootCauses.map((cause) => rootCauseOf("fault", cause)),
      ...ErrorRootCauses.map((cause) => rootCauseOf("error", cause)),
      ...ResponseTimeRootCauses.map((cause) => rootCauseOf("slow", cause)),
    ];
    const ofTrace = new Map(causes.map((cause) => [keyOf(cause), cause]));
    for (const [key, cause] of ofTrace)
      counted.set(key, { ...cause, ...counted.get(key), traces: (counted.get(key)?.traces ?? 0) + 1 });
  }
  return [...counted.values()].sort((left, right) => right.traces - left.traces).slice(0, causesMax);
}

function rootCauseOf(kind: RootCause["kind"], { Services = [] }: Cause): RootCause {
  const last = Services.at(-1);
  const entity = last?.EntityPath?.at(-1);
  const exception = entity?.Exceptions?.[0];
  return {
    kind,
    services: Services.map(({ Name = "" }) => Name),
    entity: entity?.Name === last?.Name ? undefined : entity?.Name,
    exception: exception?.Name,
    message: exception?.Message,
    traces: 0,
  };
}

/** Messages may name each customer: they tell no causes apart. */
function keyOf({ kind, services, entity, exception }: RootCause): string {
  return JSON.stringify([kind, services, entity, exception]);
}
