import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get as httpGet } from "node:http";
import { Agent, get } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type TLSSocket } from "node:tls";
import {
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  LookupEventsCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSamplingRulesCommand, GetTraceSummariesCommand, XRayClient } from "@aws-sdk/client-xray";
import { Client, credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSignedCertificate } from "../src/identity/self-signed-certificate.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** TLS on every listener, against the real process. */
describe("with a certificate", () => {
  let folder: string;
  let service: RunningDosimeter;
  let certificate: string;
  const trusting = (ca: string) => ({ ca, checkServerIdentity: () => undefined });

  const files = () => ({ certificate: path.join(folder, "tls.crt"), key: path.join(folder, "tls.key") });

  async function writeCertificate(commonName: string): Promise<string> {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const nowMs = Date.now();
    const serial = randomBytes(16);
    const lifetime = { validFromMs: nowMs - 60_000, validUntilMs: nowMs + 3_600_000 };
    const text = selfSignedCertificate({ privateKey, commonName, serial, ...lifetime });
    await writeFile(files().key, privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(files().certificate, text);
    return text;
  }

  const client = <C>(Class: new (configuration: never) => C): C =>
    service.client(Class as never, undefined, {
      requestHandler: { httpsAgent: new Agent(trusting(certificate)) },
    }) as C;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "dosimeter-tls-"));
    certificate = await writeCertificate("first");
    const { certificate: file, key } = files();
    service = await startDosimeter({
      env: { DOSIMETER_TLS_CERTIFICATE: file, DOSIMETER_TLS_KEY: key, DOSIMETER_OTLP_WITHOUT_CREDENTIALS: "always" },
    });
  });
  afterAll(async () => {
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("says so when it is ready", () => {
    for (const url of [service.endpoint, service.otlpHttp, service.otlpGrpc]) expect(url).toMatch(/^https:/);
  });

  it("serves SDKs, and records with what each call was protected", async () => {
    const xray = client(XRayClient);
    await xray.send(new GetTraceSummariesCommand({ StartTime: new Date(Date.now() - 1000), EndTime: new Date() }));
    const trails = client(CloudTrailClient);
    await trails.send(new LookupEventsCommand({}));
    const lookups = { LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue: "LookupEvents" }] };
    const [event] = await eventually(async () => {
      const { Events } = await trails.send(new LookupEventsCommand(lookups));
      return Events!.length > 0 && Events;
    }, "the record of the call");
    expect(JSON.parse(event!.CloudTrailEvent!).tlsDetails).toMatchObject({
      tlsVersion: "TLSv1.3",
      cipherSuite: expect.stringMatching(/^TLS_/),
    });
    xray.destroy();
    trails.destroy();
  });

  it("refuses versions of TLS before 1.2, and what is in clear", async () => {
    const { hostname, port } = new URL(service.endpoint);
    const protocol = await new Promise<string | null>((resolve, reject) => {
      const socket: TLSSocket = connect(
        { host: hostname, port: Number(port), maxVersion: "TLSv1.2", ...trusting(certificate) },
        () => {
          resolve(socket.getProtocol());
          socket.destroy();
        },
      );
      socket.once("error", reject);
    });
    expect(protocol).toBe("TLSv1.2");
    const old = new Promise((_, reject) => {
      const versions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
      connect({ host: hostname, port: Number(port), ...versions, ...trusting(certificate) }).once("error", reject);
    });
    await expect(old).rejects.toThrow(/version/);
    const clear = new Promise((resolve, reject) =>
      httpGet(`http://${hostname}:${port}/healthz`, resolve).once("error", reject),
    );
    await expect(clear).rejects.toThrow();
  });

  it("takes exports of OpenTelemetry over HTTP and gRPC", async () => {
    const status = await new Promise((resolve, reject) =>
      get(`${service.otlpHttp}/v1/traces`, trusting(certificate), (response) => resolve(response.statusCode)).once(
        "error",
        reject,
      ),
    );
    expect(status).toBe(405);
    const secure = credentials.createSsl(Buffer.from(certificate), null, null, {
      checkServerIdentity: () => undefined,
    });
    const grpc = new Client(new URL(service.otlpGrpc).host, secure);
    const bytes = (message: Buffer) => message;
    const answer = await new Promise<Buffer>((resolve, reject) =>
      grpc.makeUnaryRequest(
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        bytes,
        bytes,
        Buffer.alloc(0),
        (problem, value) => (problem ? reject(problem) : resolve(value!)),
      ),
    );
    expect(answer).toHaveLength(0);
    grpc.close();
  });

  it("takes both at the daemon's port, since X-Ray's SDKs know no TLS there", async () => {
    const endpoints = ["http", "https"].map((scheme) => `${scheme}://${service.daemonAddress}`);
    for (const endpoint of endpoints) {
      const xray = new XRayClient({
        endpoint,
        region: service.region,
        credentials: { accessKeyId: "none", secretAccessKey: "none" },
        requestHandler: { httpsAgent: new Agent(trusting(certificate)) },
      });
      expect((await xray.send(new GetSamplingRulesCommand({}))).SamplingRuleRecords).toHaveLength(1);
      xray.destroy();
    }
  });

  it("reaches itself: a trail delivers to a bucket that takes nothing in clear", async () => {
    const [s3, trails] = [client(S3Client), client(CloudTrailClient)];
    await s3.send(new CreateBucketCommand({ Bucket: "over-tls" }));
    const statement = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
    await s3.send(
      new PutBucketPolicyCommand({
        Bucket: "over-tls",
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { ...statement, Action: "s3:GetBucketAcl", Resource: "arn:aws:s3:::over-tls" },
            { ...statement, Action: "s3:PutObject", Resource: "arn:aws:s3:::over-tls/*" },
            {
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: ["arn:aws:s3:::over-tls", "arn:aws:s3:::over-tls/*"],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      }),
    );
    const { TrailARN } = await trails.send(new CreateTrailCommand({ Name: "over-tls", S3BucketName: "over-tls" }));
    await trails.send(new DeleteTrailCommand({ Name: TrailARN }));
    s3.destroy();
    trails.destroy();
  });

  it("shows another one soon after its files have changed, on every port", async () => {
    certificate = await writeCertificate("second");
    const shown = (url: string) =>
      new Promise<string | undefined>((resolve) => {
        const { hostname, port } = new URL(url);
        const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.once("error", () => resolve(undefined));
      });
    for (const url of [service.endpoint, service.otlpHttp, service.otlpGrpc, `https://${service.daemonAddress}`])
      await eventually(async () => (await shown(url)) === "second", `the new certificate at ${url}`);
    const trails = client(CloudTrailClient);
    await trails.send(new CreateTrailCommand({ Name: "again", S3BucketName: "over-tls" }));
    trails.destroy();
  });
});
