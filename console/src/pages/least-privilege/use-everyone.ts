import { IAMClient, ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { useEffect, useRef, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { callExtension } from "../../api/extension.js";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import { lastUseMs, type UnusedAccess } from "../../parts/policy/access-extensions.js";
import type { Entity } from "../../parts/policy/entity-policies.js";
import { everyPage } from "../../parts/policy/every-page.js";

export interface AccessRow extends Entity {
  readonly arn: string;
  readonly used: number;
  readonly unused: number;
  /** Names of the APIs of which nothing was used. */
  readonly idleServices: readonly string[];
  readonly lastMs: number | undefined;
  readonly idleKeys: readonly string[];
  /** Why this one could not be looked at. */
  readonly problem?: string;
}

interface EveryoneState {
  readonly rows: readonly AccessRow[];
  /** How many there are; undefined before that is known. */
  readonly all: number | undefined;
  readonly running: boolean;
  readonly failure?: Failure | undefined;
}

/** Asked at the same time: enough to be quick, few enough to leave room for others. */
const atOnce = 4;

/** Looks at every user and role in turn, until all are done or one stops it. */
export function useEveryone() {
  const [state, setState] = useState<EveryoneState>({ rows: [], all: undefined, running: false });
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);

  async function start() {
    control.current.abort();
    control.current = new AbortController();
    const { signal } = control.current;
    setState({ rows: [], all: undefined, running: true });
    try {
      const entities = await everyone(signal);
      setState({ rows: [], all: entities.length, running: true });
      for (let from = 0; from < entities.length && !signal.aborted; from += atOnce) {
        const looked = await Promise.all(entities.slice(from, from + atOnce).map((entity) => lookAt(entity, signal)));
        if (signal.aborted) return;
        setState((before) => ({ ...before, rows: [...before.rows, ...looked] }));
      }
      setState((before) => ({ ...before, running: false }));
    } catch (problem) {
      if (signal.aborted || wasAborted(problem)) return;
      setState((before) => ({ ...before, running: false, failure: failureOf(problem) }));
    }
  }

  function stop() {
    control.current.abort();
    setState((before) => ({ ...before, running: false }));
  }

  return { ...state, start, stop };
}

type Named = Entity & { readonly arn: string };

async function everyone(signal: AbortSignal): Promise<Named[]> {
  const iam = clientOf(IAMClient);
  const options = { abortSignal: signal };
  const users = await everyPage<Named>(async (Marker) => {
    const page = await iam.send(new ListUsersCommand({ Marker, MaxItems: 1000 }), options);
    const items = (page.Users ?? []).map(({ UserName = "", Arn = "" }) => ({
      kind: "user" as const,
      name: UserName,
      arn: Arn,
    }));
    return { items, next: page.Marker };
  });
  const roles = await everyPage<Named>(async (Marker) => {
    const page = await iam.send(new ListRolesCommand({ Marker, MaxItems: 1000 }), options);
    const items = (page.Roles ?? []).map(({ RoleName = "", Arn = "" }) => ({
      kind: "role" as const,
      name: RoleName,
      arn: Arn,
    }));
    return { items, next: page.Marker };
  });
  return [...users, ...roles];
}

async function lookAt(entity: Named, signal: AbortSignal): Promise<AccessRow> {
  const nothing = { ...entity, used: 0, unused: 0, idleServices: [], lastMs: undefined, idleKeys: [] };
  try {
    const access = await callExtension<UnusedAccess>(
      "iam",
      "GetUnusedAccess",
      { PrincipalArn: entity.arn },
      { signal },
    );
    const count = (of: "UsedActions" | "UnusedActions") =>
      access.Services.reduce((sum, service) => sum + service[of].length, 0);
    return {
      ...entity,
      used: count("UsedActions"),
      unused: count("UnusedActions"),
      idleServices: access.Services.filter(({ UsedActions }) => UsedActions.length === 0).map(
        ({ ServiceName }) => ServiceName,
      ),
      lastMs: lastUseMs(access),
      idleKeys: access.AccessKeys.filter(({ LastUsedTime }) => LastUsedTime === undefined).map(
        ({ AccessKeyId }) => AccessKeyId,
      ),
    };
  } catch (problem) {
    if (signal.aborted || wasAborted(problem)) throw problem;
    const { code, message } = failureOf(problem);
    return { ...nothing, problem: `${code}: ${message}` };
  }
}
