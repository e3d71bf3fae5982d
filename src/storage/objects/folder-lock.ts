import { join } from "node:path";
import Database from "libsql";

/** Keeps a folder to one process. The system gives it up when the process ends, however it ends. */
export class FolderLock {
  readonly #database: Database.Database;

  /** @throws if another process, or another store of this one, uses the folder. */
  constructor(folder: string) {
    this.#database = new Database(join(folder, "lock.db"));
    try {
      this.#database.exec("BEGIN EXCLUSIVE");
    } catch (cause) {
      this.#database.close();
      throw new Error(`The folder ${folder} is used by another process`, { cause });
    }
  }

  release(): void {
    this.#database.exec("ROLLBACK");
    this.#database.close();
  }
}
