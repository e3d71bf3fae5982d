import type { Selectable } from "kysely";
import { type Destinations, errorCodeOf } from "../audit/destinations.js";
import { type DigestFacts, signatureAlgorithm, signDigest } from "../audit/digest.js";
import { digestKey } from "../audit/log-file.js";
import type { SigningKeys } from "../audit/signing-keys.js";
import { currentStateRow, type TrailRow } from "../audit/trails.js";
import type { Environment } from "../environment.js";
import type { SettingsTables } from "../storage/settings/tables.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import { identityOf, type ReportFailure } from "./delivery-context.js";
import { gzipBytes } from "./gzip-bytes.js";
import { assertHeld, type Lease, LeaseLost, takeLease } from "./lease.js";
import { noteStatus, retryTime } from "./trail-status.js";

type DigestPlan = Selectable<SettingsTables["trail_digest_plans"]>;
type Chain = Selectable<SettingsTables["trail_chains"]>;

/** Log files in one digest; what is above it goes into the next. 20,000 take about 7 MB of JSON. */
const digestFilesMax = 20_000;

/** Digests of past intervals sealed in one run for one chain, after a time of standstill. */
const catchUpMax = 48;

const leaseMs = 60_000;

/**
 * Seals delivered log files under signed digests: for each trail with validation, and each region it has files of, a
 * chain of digests, one an interval, also for intervals without files.
 *
 *     plan committed, files claimed -> digest written -> chain moved, files forgotten (one transaction)
 *
 * Files are claimed by marking them; the time only bounds what an interval may take, so a file that is listed late goes
 * into the next digest and none is missed. PKCS#1 v1.5 signatures are deterministic: a repeat writes the same object.
 *
 * A chain begins when a trail logs with validation on, with a digest that ends at that moment. It ends with the
 * interval in which validation or logging stopped; the next one begins anew, without a predecessor.
 */
export function createSealing(deps: {
  readonly settings: SettingsStore;
  readonly destinations: Destinations;
  readonly signingKeys: SigningKeys;
  readonly environment: Environment;
  readonly digestSeconds: number;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, destinations, signingKeys, environment } = deps;
  const holder = environment.ids.uuid();
  const periodMs = deps.digestSeconds * 1000;

  async function hold(): Promise<Lease | undefined> {
    return settings.transact((tx) => takeLease(tx, "seal", holder, environment.clock.nowMs(), leaseMs));
  }

  async function fenced<Result>(lease: Lease, work: (tx: SettingsTransaction) => Promise<Result>): Promise<Result> {
    return settings.transact(async (tx) => {
      await assertHeld(tx, lease);
      return work(tx);
    });
  }

  /** Regions in which a trail has, or must have, a chain. */
  async function regionsOf(trail: TrailRow, active: boolean): Promise<string[]> {
    const tables = ["trail_chains", "trail_files", "trail_digest_plans"] as const;
    const found = await Promise.all(
      tables.map((table) =>
        settings.read.selectFrom(table).select("region").distinct().where("trail_id", "=", trail.trail_id).execute(),
      ),
    );
    const regions = new Set(found.flat().map((row) => row.region));
    if (active) regions.add(trail.home_region);
    return [...regions].sort();
  }

  async function sealTrail(lease: Lease, trail: TrailRow): Promise<void> {
    const state = await currentStateRow(settings.read, trail.trail_id);
    const active = trail.validation === 1 && trail.deleted_ms === null && state.logging === 1;
    for (const region of await regionsOf(trail, active)) {
      const here = active && (region === trail.home_region || state.multi_region === 1);
      await apart(`digest of ${trail.arn} in ${region}`, () => sealRegion(lease, trail, region, here));
    }
  }

  async function sealRegion(lease: Lease, trail: TrailRow, region: string, active: boolean): Promise<void> {
    for (let digest = 0; digest < catchUpMax; digest++) {
      const plan = (await pendingPlan(trail, region)) ?? (await decide(lease, trail, region, active));
      if (plan === undefined || plan.retry_ms > environment.clock.nowMs()) return;
      if (!(await carryOut(lease, trail, plan))) return;
    }
  }

  async function pendingPlan(trail: TrailRow, region: string): Promise<DigestPlan | undefined> {
    return settings.read
      .selectFrom("trail_digest_plans")
      .selectAll()
      .where("trail_id", "=", trail.trail_id)
      .where("region", "=", region)
      .executeTakeFirst();
  }

  async function chainOf(trail: TrailRow, region: string): Promise<Chain | undefined> {
    return settings.read
      .selectFrom("trail_chains")
      .selectAll()
      .where("trail_id", "=", trail.trail_id)
      .where("region", "=", region)
      .executeTakeFirst();
  }

  /** The next digest, if one is due. Ends a chain that has nothing more to seal. */
  async function decide(
    lease: Lease,
    trail: TrailRow,
    region: string,
    active: boolean,
  ): Promise<DigestPlan | undefined> {
    const nowMs = environment.clock.nowMs();
    const chain = await chainOf(trail, region);
    const interval = await dueInterval(trail, region, chain, active, nowMs);
    if (interval === undefined) return undefined;
    if (interval === "end") {
      await fenced(lease, async (tx) => {
        await tx
          .deleteFrom("trail_chains")
          .where("trail_id", "=", trail.trail_id)
          .where("region", "=", region)
          .execute();
      });
      return undefined;
    }
    const { startMs, endMs } = interval;
    const place = { ...(trail.prefix !== null && { prefix: trail.prefix }), accountId: trail.account_id, region };
    const plan: DigestPlan = {
      trail_id: trail.trail_id,
      region,
      start_ms: startMs,
      end_ms: endMs,
      bucket: trail.bucket,
      object_key: digestKey(place, { name: trail.name, homeRegion: trail.home_region }, endMs),
      kms_key_arn: trail.kms_key_arn,
      fingerprint: await signingKeys.fingerprintFor(region, { startMs, endMs }),
      attempts: 0,
      retry_ms: 0,
    };
    await fenced(lease, async (tx) => {
      await tx.insertInto("trail_digest_plans").values(plan).execute();
      await tx
        .updateTable("trail_files")
        .set({ digest_key: plan.object_key })
        .where("trail_id", "=", trail.trail_id)
        .where("object_key", "in", (eb) =>
          eb
            .selectFrom("trail_files")
            .select("object_key")
            .where("trail_id", "=", trail.trail_id)
            .where("region", "=", region)
            .where("digest_key", "is", null)
            // An interval holds its last second whole: times in digests have no fractions.
            .where("delivered_ms", "<", endMs + 1000)
            .orderBy("delivered_ms")
            .orderBy("object_key")
            .limit(digestFilesMax),
        )
        .execute();
    });
    return plan;
  }

  async function dueInterval(
    trail: TrailRow,
    region: string,
    chain: Chain | undefined,
    active: boolean,
    nowMs: number,
  ): Promise<{ startMs: number; endMs: number } | "end" | undefined> {
    const nowSecondMs = Math.floor(nowMs / 1000) * 1000;
    if (chain === undefined) {
      if (!active && !(await hasUnsealed(trail, region))) return undefined;
      return { startMs: nowSecondMs - periodMs, endMs: nowSecondMs };
    }
    if (!active && chain.end_ms > (await inactiveSinceMs(trail)) && !(await hasUnsealed(trail, region))) return "end";
    const endMs = chain.end_ms + periodMs;
    // The interval's last second must be over: what is delivered within it belongs to it.
    if (endMs + 1000 > nowMs) return undefined;
    return { startMs: chain.end_ms, endMs };
  }

  /** When logging or validation stopped: a chain goes on to the end of that interval. */
  async function inactiveSinceMs(trail: TrailRow): Promise<number> {
    const state = await currentStateRow(settings.read, trail.trail_id);
    if (trail.deleted_ms !== null) return trail.deleted_ms;
    // Validation was switched off, at a time that is not kept: there is nothing left to list, so the chain ends.
    return state.logging === 0 ? state.from_ms : 0;
  }

  async function hasUnsealed(trail: TrailRow, region: string): Promise<boolean> {
    const file = await settings.read
      .selectFrom("trail_files")
      .select("object_key")
      .where("trail_id", "=", trail.trail_id)
      .where("region", "=", region)
      .executeTakeFirst();
    return file !== undefined;
  }

  /** @returns false if the bucket did not take it: the plan stays and the chain waits for it. */
  async function carryOut(lease: Lease, trail: TrailRow, plan: DigestPlan): Promise<boolean> {
    const facts = await factsOf(trail, plan);
    const { json, sha256, signature } = signDigest(facts, await signingKeys.open(plan.fingerprint));
    try {
      if ((await hold()) === undefined) throw new LeaseLost("sealing was taken over by another process");
      await destinations.putObject(identityOf(trail), {
        bucket: plan.bucket,
        key: plan.object_key,
        body: await gzipBytes(json),
        metadata: { signature, "signature-algorithm": signatureAlgorithm },
        ...(plan.kms_key_arn !== null && { kmsKeyArn: plan.kms_key_arn }),
      });
    } catch (reason) {
      if (reason instanceof LeaseLost) throw reason;
      deps.reportFailure(`digest of ${trail.arn} to s3://${plan.bucket}/${plan.object_key}`, reason);
      await fenced(lease, (tx) => noteFailure(tx, trail, plan, errorCodeOf(reason)));
      return false;
    }
    await fenced(lease, (tx) => finish(tx, plan, { sha256, signature }));
    return true;
  }

  async function factsOf(trail: TrailRow, plan: DigestPlan): Promise<DigestFacts> {
    const chain = await chainOf(trail, plan.region);
    const files = await settings.read
      .selectFrom("trail_files")
      .selectAll()
      .where("trail_id", "=", plan.trail_id)
      .where("digest_key", "=", plan.object_key)
      .orderBy("delivered_ms")
      .orderBy("object_key")
      .execute();
    return {
      accountId: trail.account_id,
      startMs: plan.start_ms,
      endMs: plan.end_ms,
      bucket: plan.bucket,
      key: plan.object_key,
      fingerprint: plan.fingerprint,
      ...(chain?.previous_key != null && {
        previous: {
          bucket: chain.previous_bucket as string,
          key: chain.previous_key,
          sha256: chain.previous_sha256 as string,
          signature: chain.previous_signature as string,
        },
      }),
      files: files.map((file) => ({
        bucket: file.bucket,
        key: file.object_key,
        sha256: file.sha256,
        oldestEventMs: file.oldest_event_ms,
        newestEventMs: file.newest_event_ms,
      })),
    };
  }

  async function noteFailure(tx: SettingsTransaction, trail: TrailRow, plan: DigestPlan, code: string | undefined) {
    const nowMs = environment.clock.nowMs();
    if (code !== undefined) await noteStatus(tx, plan.trail_id, plan.region, { digest_error: code });
    const now = await tx.selectFrom("trails").selectAll().where("trail_id", "=", trail.trail_id).executeTakeFirst();
    // Where the trail has got another bucket since, the digest goes there; its claim stays under the same key's name.
    const place = now && {
      bucket: now.bucket,
      kms_key_arn: now.kms_key_arn,
      object_key: digestKey(
        { ...(now.prefix !== null && { prefix: now.prefix }), accountId: now.account_id, region: plan.region },
        { name: now.name, homeRegion: now.home_region },
        plan.end_ms,
      ),
    };
    const attempts = plan.attempts + 1;
    await tx
      .updateTable("trail_digest_plans")
      .set({ attempts, retry_ms: retryTime(nowMs, attempts), ...place })
      .where("trail_id", "=", plan.trail_id)
      .where("region", "=", plan.region)
      .execute();
    if (place && place.object_key !== plan.object_key)
      await tx
        .updateTable("trail_files")
        .set({ digest_key: place.object_key })
        .where("trail_id", "=", plan.trail_id)
        .where("digest_key", "=", plan.object_key)
        .execute();
  }

  async function finish(tx: SettingsTransaction, plan: DigestPlan, sealed: { sha256: string; signature: string }) {
    const nowMs = environment.clock.nowMs();
    const { numDeletedRows } = await tx
      .deleteFrom("trail_digest_plans")
      .where("trail_id", "=", plan.trail_id)
      .where("region", "=", plan.region)
      .where("end_ms", "=", plan.end_ms)
      .executeTakeFirst();
    if (numDeletedRows !== 1n) throw new LeaseLost(`digest ${plan.object_key} was finished by another process`);
    await tx
      .deleteFrom("trail_files")
      .where("trail_id", "=", plan.trail_id)
      .where("digest_key", "=", plan.object_key)
      .execute();
    const chain = {
      previous_bucket: plan.bucket,
      previous_key: plan.object_key,
      previous_sha256: sealed.sha256,
      previous_signature: sealed.signature,
      end_ms: plan.end_ms,
    };
    await tx
      .insertInto("trail_chains")
      .values({ trail_id: plan.trail_id, region: plan.region, ...chain })
      .onConflict((conflict) => conflict.columns(["trail_id", "region"]).doUpdateSet(chain))
      .execute();
    await noteStatus(tx, plan.trail_id, plan.region, { digest_ms: nowMs, digest_error: null });
  }

  async function apart(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      if (reason instanceof LeaseLost) throw reason;
      deps.reportFailure(what, reason);
    }
  }

  return {
    /** Seals what is due, if no other process holds the sealing. */
    async run(): Promise<void> {
      const lease = await hold();
      if (lease === undefined) return;
      const trails = await settings.read.selectFrom("trails").selectAll().orderBy("trail_id").execute();
      try {
        for (const trail of trails) await sealTrail(lease, trail);
      } catch (reason) {
        if (!(reason instanceof LeaseLost)) throw reason;
        deps.reportFailure("sealing", reason);
      }
    },
  };
}
