import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  CloudTrailClient,
  CreateEventDataStoreCommand,
  GetImportCommand,
  StartImportCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * `npm run build:bench && node dist/bench/import.js [--files N] [--events N]`: events a second of an import, from files in the
 * service's own S3. The events are those of an attack on a real account (`../shared/data/cloudtrail-invictus`), again and
 * again under new ids.
 */
const { values } = parseArgs({
  options: {
    files: { type: "string", default: "400" },
    events: { type: "string", default: "500" },
    data: { type: "string", default: "../shared/data/cloudtrail-invictus" },
  },
});
const files = Number(values.files);
const eventsOfFile = Number(values.events);

const folder = path.resolve(values.data);
if (!existsSync(folder)) throw new Error(`${folder} is not here: the events are read from it`);
const texts: string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".json.gz"))
  .flatMap((name) => JSON.parse(gunzipSync(readFileSync(path.join(folder, name))).toString()).Records as object[])
  .map((record) => JSON.stringify(record));

let made = 0;
function logFile(): Buffer {
  const records = Array.from({ length: eventsOfFile }, () => {
    const text = texts[made % texts.length] as string;
    return text.replace(/"eventID":"[^"]*"/, `"eventID":"event-${made++}"`);
  });
  return gzipSync(`{"Records":[${records.join(",")}]}`);
}

const dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-bench-import-"));
const service = await startBenched(path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs"), dataFolder);
try {
  const { endpoint } = service;
  const options = { endpoint, region: benchSigner.region, credentials: benchSigner, forcePathStyle: true };
  const s3 = new S3Client(options);
  const cloudTrail = new CloudTrailClient(options);
  await s3.send(new CreateBucketCommand({ Bucket: "logs" }));
  let bytes = 0;
  for (let first = 0; first < files; first += 20)
    await Promise.all(
      Array.from({ length: Math.min(20, files - first) }, (_, index) => {
        const name = `123837392027_CloudTrail_us-east-1_20230710T1205Z_${String(first + index).padStart(16, "0")}.json.gz`;
        const Body = logFile();
        bytes += Body.length;
        return s3.send(
          new PutObjectCommand({
            Bucket: "logs",
            Key: `AWSLogs/123837392027/CloudTrail/us-east-1/2023/07/10/${name}`,
            Body,
          }),
        );
      }),
    );
  const roleArn = await makeRole(new IAMClient(options));
  const { EventDataStoreArn } = await cloudTrail.send(
    new CreateEventDataStoreCommand({ Name: "imported", StartIngestion: false, RetentionPeriod: 3653 }),
  );

  for (const run of ["first", "the same files again"]) {
    const begun = performance.now();
    const { ImportId = "" } = await cloudTrail.send(
      new StartImportCommand({
        Destinations: [EventDataStoreArn as string],
        ImportSource: {
          S3: { S3LocationUri: "s3://logs/", S3BucketRegion: benchSigner.region, S3BucketAccessRoleArn: roleArn },
        },
      }),
    );
    for (;;) {
      const { ImportStatus, ImportStatistics } = await cloudTrail.send(new GetImportCommand({ ImportId }));
      if (ImportStatus === "COMPLETED") {
        const seconds = (performance.now() - begun) / 1000;
        const events = ImportStatistics?.EventsCompleted ?? 0;
        const rate = Math.round(events / seconds);
        console.log(
          `${run}: ${events} events of ${files} files (${(bytes / 1e6).toFixed(1)} MB gzip) in ${seconds.toFixed(1)} s: ` +
            `${rate} events/s, ${(files / seconds).toFixed(1)} files/s`,
        );
        break;
      }
      if (ImportStatus === "FAILED") throw new Error("the import failed");
      await sleep(50);
    }
  }
} finally {
  await service.stop();
  await rm(dataFolder, { recursive: true, force: true });
}

async function makeRole(iam: IAMClient): Promise<string> {
  const allow = (more: object) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...more }] });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: "import",
      AssumeRolePolicyDocument: allow({
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    }),
  );
  const PolicyDocument = allow({ Action: ["s3:ListBucket", "s3:GetObject"], Resource: "*" });
  await iam.send(new PutRolePolicyCommand({ RoleName: "import", PolicyName: "read", PolicyDocument }));
  return Role?.Arn as string;
}
