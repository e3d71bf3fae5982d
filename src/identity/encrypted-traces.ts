import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Environment } from "../environment.js";
import type { Scope } from "../storage/scope.js";
import { SettingsCache } from "../storage/settings-cache.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { EncryptionKeyUnusable } from "../storage/store-error.js";
import type { TraceSource } from "../storage/trace-source.js";
import type { SegmentRow, StoredTrace, TraceStore } from "../storage/trace-store.js";
import { traceKeyContext } from "./customer-keys.js";
import { DataKeys } from "./data-keys.js";
import type { Vault } from "./vault.js";

/**
 * An encrypted document: this, the data key as KMS encrypted it (base64url), a dot, and in base64 a nonce (12 bytes), a
 * tag (16) and the text under AES-256-GCM. No document that is accepted begins so, as those are JSON objects.
 */
const prefix = "kms1.";
const nonceBytes = 12;
const tagBytes = 16;
/** Base64 takes a third more, and each document has a data key and the rest beside it. */
const sealedShare = 4 / 3;
const sealedExtraBytes = 256;
/** A document of a trace that is cut is hardly shorter. */
const documentBytesMin = 128;

/** Accounts and regions whose settings are kept at hand. */
const scopesMax = 1000;

interface Setting {
  /** Some documents of the account may be encrypted. */
  readonly everSet: boolean;
  /** What new ones are encrypted with. */
  readonly keyId: string | undefined;
}

/**
 * Traces whose documents are encrypted while an account and region is set so, beneath all that reads and writes them.
 * Ids, times, and what the index knows of a trace stay in clear.
 *
 * @param settingsScopeOf the account and region whose setting holds for what is kept in a scope.
 */
export function encryptedTraces(
  stores: { readonly traces: TraceStore; readonly source: TraceSource },
  deps: {
    readonly settings: SettingsStore;
    readonly vault: Vault;
    readonly environment: Environment;
    readonly settingsScopeOf: (scope: Scope) => Scope;
  },
): { readonly traces: TraceStore; readonly source: TraceSource } {
  const { traces, source } = stores;
  const { settings, environment } = deps;
  const dataKeys = new DataKeys(deps);
  const known = new SettingsCache<Setting>({
    settings,
    clock: environment.clock,
    entriesMax: scopesMax,
    load: async (key) => {
      const [accountId = "", region = ""] = key.split("/");
      const row = await settings.read
        .selectFrom("xray_encryption")
        .select("key_arn")
        .where("account_id", "=", accountId)
        .where("region", "=", region)
        .executeTakeFirst();
      return {
        everSet: row !== undefined,
        keyId: row && row.key_arn !== "" ? row.key_arn.split("/").at(-1) : undefined,
      };
    },
  });

  function settingOf(scope: Scope): Setting | Promise<Setting> {
    const { accountId, region } = deps.settingsScopeOf(scope);
    return known.get(`${accountId}/${region}`);
  }

  async function seal(scope: Scope, batch: readonly SegmentRow[], keyId: string): Promise<SegmentRow[]> {
    const { plain, wrapped } = await dataKeys.current(keyId, traceKeyContext(scope), batch.length);
    const nonces = environment.ids.bytes(nonceBytes * batch.length);
    return batch.map((row, index) => {
      const nonce = nonces.subarray(index * nonceBytes, (index + 1) * nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", plain, nonce, { authTagLength: tagBytes });
      cipher.setAAD(placeOf(scope, row));
      const encrypted = [cipher.update(row.document, "utf8"), cipher.final()];
      const sealed = Buffer.concat([nonce, cipher.getAuthTag(), ...encrypted]);
      return { ...row, document: `${prefix}${wrapped}.${sealed.toString("base64")}` };
    });
  }

  async function open(scope: Scope, row: SegmentRow): Promise<SegmentRow> {
    if (!row.document.startsWith(prefix)) return row;
    const dot = row.document.indexOf(".", prefix.length);
    const plain = await dataKeys.open(row.document.slice(prefix.length, dot), traceKeyContext(scope));
    const sealed = Buffer.from(row.document.slice(dot + 1), "base64");
    const decipher = createDecipheriv("aes-256-gcm", plain, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(placeOf(scope, row));
    decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    const text = Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return { ...row, document: text.toString("utf8") };
  }

  async function openTrace(scope: Scope, trace: StoredTrace): Promise<StoredTrace> {
    const segments: SegmentRow[] = [];
    for (const row of trace.segments) segments.push(await open(scope, row));
    return { ...trace, segments };
  }

  /** For the index, which cannot wait until somebody enables a key again: what cannot be read is left out. */
  async function openReadable(scope: Scope, trace: StoredTrace): Promise<StoredTrace> {
    const segments: SegmentRow[] = [];
    for (const row of trace.segments)
      try {
        segments.push(await open(scope, row));
      } catch (problem) {
        if (!(problem instanceof EncryptionKeyUnusable)) throw problem;
      }
    return { ...trace, segments };
  }

  return {
    traces: {
      async putSegments(scope, batch) {
        const found = settingOf(scope);
        const { keyId } = found instanceof Promise ? await found : found;
        await traces.putSegments(scope, keyId === undefined ? batch : await seal(scope, batch, keyId));
      },

      async readTraces(scope, traceIds, bytesMaxPerTrace) {
        const { everSet } = await settingOf(scope);
        if (!everSet) return traces.readTraces(scope, traceIds, bytesMaxPerTrace);
        const stored = await traces.readTraces(scope, traceIds, sealedBytesMax(bytesMaxPerTrace));
        const opened: StoredTrace[] = [];
        for (const trace of stored) opened.push(cut(await openTrace(scope, trace), bytesMaxPerTrace));
        return opened;
      },
    },

    source: {
      settled: () => source.settled(),

      async readForIndex(scope, traceIds, limits) {
        const { everSet } = await settingOf(scope);
        if (!everSet) return source.readForIndex(scope, traceIds, limits);
        const reading = await source.readForIndex(scope, traceIds, {
          bytesMaxPerTrace: sealedBytesMax(limits.bytesMaxPerTrace),
          bytesMax: Math.max(limits.bytesMax, sealedBytesMax(limits.bytesMaxPerTrace)),
        });
        const opened: StoredTrace[] = [];
        let bytes = 0;
        let { more } = reading;
        for (const trace of reading.traces) {
          const readable = cut(await openReadable(scope, trace), limits.bytesMaxPerTrace);
          if (readable.segments.length === 0) continue;
          bytes += bytesOf(readable);
          more ||= bytes > limits.bytesMax;
          if (bytes > limits.bytesMax) break;
          opened.push(readable);
        }
        // Who asks again for those that are missing must not be given the same nothing again.
        if (more && opened.length === 0) throw new EncryptionKeyUnusable("none of the traces can be read");
        return { ...reading, traces: opened, more };
      },

      async readRows(scope, traceIds, limits) {
        const { everSet } = await settingOf(scope);
        return everSet ? undefined : source.readRows(scope, traceIds, limits);
      },

      receivedTraces: (range) => source.receivedTraces(range),
      firstReceivedMs: () => source.firstReceivedMs(),
    },
  };
}

/** Authenticated with each document: moved to another trace, segment or account, it opens no more. */
function placeOf({ accountId, region }: Scope, { traceId, segmentId }: SegmentRow): Buffer {
  return Buffer.from([accountId, region, traceId, segmentId].join("\0"));
}

/** As many bytes as documents of so many bytes may have when they are encrypted, however short each is. */
function sealedBytesMax(bytesMax: number): number {
  return Math.ceil(bytesMax * sealedShare + (bytesMax / documentBytesMin) * sealedExtraBytes);
}

function bytesOf({ segments }: StoredTrace): number {
  return segments.reduce((sum, { document }) => sum + Buffer.byteLength(document), 0);
}

/** The head of a trace that is larger than what was asked for, as the store beneath gives it of what it can measure. */
function cut(trace: StoredTrace, bytesMax: number): StoredTrace {
  let bytes = 0;
  const inOrder = [...trace.segments].sort(
    (one, other) => one.startTimeSeconds - other.startTimeSeconds || (one.segmentId < other.segmentId ? -1 : 1),
  );
  const segments = inOrder.filter((row) => {
    bytes += Buffer.byteLength(row.document);
    return bytes <= bytesMax;
  });
  return segments.length === inOrder.length ? trace : { ...trace, segments, truncated: true };
}
