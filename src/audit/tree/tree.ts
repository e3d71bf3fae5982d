import { createPrivateKey, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { Environment } from "../../environment.js";
import { treeKeyContext } from "../../identity/sealed-columns.js";
import type { Vault } from "../../identity/vault.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { TreeStore } from "../../storage/tree-store.js";
import { type NoteKey, verifierKey } from "./checkpoint.js";

/** Name of the one row. */
export const treeName = "tree";

export interface Checkpoint {
  readonly size: number;
  readonly madeMs: number;
  /** The signed note. */
  readonly note: string;
}

/** The tree of all records: its key, and what of it may be read. */
export interface Tree {
  readonly store: TreeStore;
  readonly key: NoteKey;
  /** `name+id+key`, as verifiers of notes take it. */
  readonly verifierKey: string;
  /** The newest one, or that of a size. Undefined: there is none. */
  checkpoint(size?: number): Promise<Checkpoint | undefined>;
}

/** Opens the tree; makes its key, and with it an empty tree, at the first start. */
export async function openTree(deps: {
  readonly settings: SettingsStore;
  readonly store: TreeStore;
  readonly vault: Vault;
  readonly environment: Environment;
}): Promise<Tree> {
  const { settings, store, vault, environment } = deps;
  const kept = () => settings.read.selectFrom("tree").selectAll().where("name", "=", treeName).executeTakeFirst();
  if ((await kept()) === undefined) {
    const made = await promisify(generateKeyPair)("ed25519");
    const origin = `dosimeter/${environment.ids.uuid()}`;
    await settings.transact(async (tx) => {
      await tx
        .insertInto("tree")
        .values({
          name: treeName,
          placed_size: 0,
          grown_size: 0,
          frontier: "",
          origin,
          public_key: made.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
          private_key: vault.seal(made.privateKey.export({ type: "pkcs8", format: "der" }), treeKeyContext(treeName)),
        })
        // Another process may have started at the same moment: then its key is the tree's.
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
    });
  }
  const row = (await kept())!;
  const key: NoteKey = {
    origin: row.origin,
    publicKey: createPublicKey({ key: Buffer.from(row.public_key, "base64"), type: "spki", format: "der" }),
    privateKey: createPrivateKey({
      key: vault.open(row.private_key, treeKeyContext(treeName)),
      type: "pkcs8",
      format: "der",
    }),
  };
  return {
    store,
    key,
    verifierKey: verifierKey(key),
    async checkpoint(size) {
      const query = settings.read.selectFrom("tree_checkpoints").selectAll().orderBy("size", "desc").limit(1);
      const found = await (size === undefined ? query : query.where("size", "=", size)).executeTakeFirst();
      return found && { size: found.size, madeMs: found.made_ms, note: found.note };
    },
  };
}
