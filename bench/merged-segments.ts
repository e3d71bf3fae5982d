import path from "node:path";
import { FactDatabase } from "../src/storage/facts/fact-database.js";

/** Bytes on the disk of all segments in the data folder of a service that has ended, once the engine has merged them. */
const database = await FactDatabase.embedded(path.join(process.argv[2]!, "facts"), "dosimeter");
await database.command("OPTIMIZE TABLE segments FINAL");
const [size] = await database.query<{ bytes: number }>(
  "bench.segments",
  "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table = 'segments'",
  {},
);
console.log(size!.bytes);
await database.close();
process.exit(0);
