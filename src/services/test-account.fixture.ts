import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Environment, systemIds } from "../environment.js";
import type { AccessRequest } from "../identity/access.js";
import type { Caller } from "../identity/caller.js";
import { openIdentity } from "../identity/open-identity.js";
import { openVault } from "../identity/open-vault.js";
import { hashingRules, Passwords } from "../identity/people/passwords.js";
import type { People } from "../identity/people/people.js";
import type { RowCondition } from "../identity/row-condition.js";
import type { Vault } from "../identity/vault.js";
import type { AccessHistory } from "../storage/access-history.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { KnownService } from "./known-actions.js";
import type { Call, Service } from "./operation.js";
import { accessDenied } from "./service-error.js";

export const accountId = "111122223333";
export const region = "eu-west-1";

export const root: Caller = {
  kind: "root",
  accountId,
  accessKeyId: "AKIATESTROOT00000001",
  arn: `arn:aws:iam::${accountId}:root`,
};

/** A part of this system that acts for the account, such as a trail's delivery. */
export const cloudTrail: Caller = {
  kind: "service",
  accountId,
  accessKeyId: "ASIATESTSERVICE00001",
  service: "cloudtrail.amazonaws.com",
};

/** The root of another account. */
export const stranger: Caller = {
  kind: "root",
  accountId: "444455556666",
  accessKeyId: "AKIATESTSTRANGER0001",
  arn: "arn:aws:iam::444455556666:root",
};

export const noAccessHistory: AccessHistory = { asked: async () => [], keysUsed: async () => new Map() };

export interface TestAccount {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly people: People;
  readonly environment: Environment;
  /** Of an account whose calls are not recorded. */
  readonly accessHistory: AccessHistory;
  readonly knownServices: () => readonly KnownService[];
  readonly dataFolder: string;
  /** Moves the clock. */
  advance(ms: number): void;
  /** Authorises and executes an operation as the gateway does, on a real settings store and real policies. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs and outputs of many operations.
  run(service: Service, operationName: string, input: unknown, caller?: Caller): Promise<any>;
  close(): Promise<void>;
}

/** @param startMs where the clock begins. */
export async function openTestAccount(startMs = Date.UTC(2026, 2, 1)): Promise<TestAccount> {
  let nowMs = startMs;
  const environment: Environment = {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    ids: systemIds,
  };
  const dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-account-"));
  const settings = await openSqliteSettings({ path: path.join(dataFolder, "settings.db"), environment });
  const vault = await openVault({ dataFolder, environment });
  const { authorizer, people } = openIdentity({ settings, vault, environment });
  const passwords = new Passwords(vault, systemIds, { ...hashingRules, cost: { N: 1024, r: 8, p: 1 } });

  const callOf = (caller: Caller): Call => {
    const context = { nowMs, region, sourceIpAddress: "192.0.2.1", secureTransport: false };
    let visibleRows: RowCondition | undefined;
    const may = async (access: AccessRequest) => (await authorizer.decide(caller, access, context)).allowed;
    return {
      requestId: environment.ids.uuid(),
      nowMs,
      region,
      caller,
      accountId: caller.kind === "anonymous" ? accountId : caller.accountId,
      sourceIpAddress: context.sourceIpAddress,
      userAgent: "test",
      host: "127.0.0.1:4566",
      secureTransport: false,
      identified: () => undefined,
      commit: (change) => settings.transact(change),
      may,
      async demand(access) {
        const decision = await authorizer.decide(caller, access, context);
        if (!decision.allowed) throw accessDenied(decision.message);
        visibleRows ??= decision.rows;
      },
      visibleRows: () => visibleRows,
      exposes: () => {},
      note: () => {},
    };
  };

  return {
    settings,
    vault,
    people: { ...people, passwords },
    environment,
    accessHistory: noAccessHistory,
    knownServices: () => [],
    dataFolder,
    advance: (ms) => {
      nowMs += ms;
    },
    async run(service, operationName, input, caller = root) {
      const operation = service.operations.find((each) => each.name === operationName);
      if (operation === undefined) throw new Error(`${operationName} is not offered`);
      const call = callOf(caller);
      for (const access of await operation.access(input, call)) await call.demand(access);
      return operation.execute(input, call);
    },
    async close() {
      await settings.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
