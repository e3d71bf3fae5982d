import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  PutRolePolicyCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { GetGroupsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer } from "./openid-issuer.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** A company's sign-in over the wire: an issuer of its own, the real process, AWS's SDK and CLI. */
describe("Web identities", () => {
  let service: RunningDosimeter;
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  /** At a private address that no setting names. */
  let stranger: Awaited<ReturnType<typeof startIssuer>>;
  let folder: string;
  let iam: IAMClient;
  let sts: STSClient;
  let providerArn: string;
  const roleArn = (name: string) => `arn:aws:iam::${service.accountId}:role/${name}`;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "dosimeter-issuer-"));
    issuer = await startIssuer({ tls: true, path: "/realms/corp" });
    stranger = await startIssuer({ tls: true });
    await writeFile(path.join(folder, "ca.pem"), `${issuer.certificate}${stranger.certificate}`);
    service = await startDosimeter({
      env: { DOSIMETER_ISSUER_ORIGINS: issuer.origin, NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem") },
    });
    iam = service.client(IAMClient);
    // Nobody's: the call is not signed.
    sts = service.client(STSClient, { accessKeyId: "", secretAccessKey: "" });
    const made = await iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: issuer.url,
        ClientIDList: ["shop"],
        ThumbprintList: ["0".repeat(40)],
        Tags: [{ Key: "team", Value: "sign-in" }],
      }),
    );
    providerArn = made.OpenIDConnectProviderArn!;
    await makeRole("signed-in", { StringEquals: { [`${issuer.name}:aud`]: "shop", [`${issuer.name}:sub`]: "ann" } });
  });
  afterAll(async () => {
    for (const client of [iam, sts]) client?.destroy();
    await service?.stop();
    await issuer?.stop();
    await stranger?.stop();
    await rm(folder, { recursive: true });
  });

  async function makeRole(RoleName: string, Condition: object, Action: string | string[] = action): Promise<void> {
    const trust = { Effect: "Allow", Principal: { Federated: providerArn }, Action, Condition };
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy(trust) }));
    await iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: "reads",
        PolicyDocument: policy({ Effect: "Allow", Action: "xray:GetGroups", Resource: "*" }),
      }),
    );
  }
  const action = "sts:AssumeRoleWithWebIdentity";
  const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const assume = (WebIdentityToken: string, more: object = {}) =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn("signed-in"),
        RoleSessionName: "session",
        WebIdentityToken,
        ...more,
      }),
    );
  async function recordsOf(name: string): Promise<string[]> {
    const trail = service.client(CloudTrailClient);
    const { Events } = await trail.send(
      new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: name }] }),
    );
    trail.destroy();
    return Events!.map((event) => event.CloudTrailEvent!);
  }

  it("assume a role that trusts them, are recorded as who they are, and their tokens are nowhere", async () => {
    const token = issuer.token();
    const answer = await assume(token);
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: "ann",
      Audience: "shop",
      Provider: providerArn,
      AssumedRoleUser: { Arn: `arn:aws:sts::${service.accountId}:assumed-role/signed-in/session` },
    });
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials!;
    const xray = service.client(XRayClient, {
      accessKeyId: AccessKeyId!,
      secretAccessKey: SecretAccessKey!,
      sessionToken: SessionToken!,
    });
    await xray.send(new GetGroupsCommand({}));
    xray.destroy();
    const [assumed] = await eventually(async () => {
      const found = await recordsOf("AssumeRoleWithWebIdentity");
      return found.length > 0 && found;
    }, "the record of the call");
    const record = JSON.parse(assumed!);
    expect(record.userIdentity).toEqual({
      type: "WebIdentityUser",
      principalId: `${providerArn}:shop:ann`,
      userName: "ann",
      identityProvider: providerArn,
    });
    expect(record.requestParameters).toEqual({ roleArn: roleArn("signed-in"), roleSessionName: "session" });
    expect(record.responseElements).toMatchObject({
      subjectFromWebIdentityToken: "ann",
      credentials: { accessKeyId: AccessKeyId },
    });
    const [used] = await recordsOf("GetGroups");
    expect(JSON.parse(used!).userIdentity.sessionContext).toMatchObject({
      webIdFederationData: { federatedProvider: providerArn, attributes: {} },
    });
    for (const text of [assumed!, service.standardError()]) expect(text).not.toContain(token.slice(0, 40));
  });

  it("sign in by the default ways of SDK and CLI, a token file", async () => {
    const file = path.join(folder, "token");
    await writeFile(file, issuer.token());
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: roleArn("signed-in"),
      AWS_ROLE_SESSION_NAME: "by-file",
      AWS_ENDPOINT_URL: service.endpoint,
      AWS_REGION: service.region,
    };
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...cli } = service.cliEnvironment();
    const { stdout } = await promisify(execFile)("aws", ["sts", "get-caller-identity"], { env: { ...cli, ...env } });
    expect(JSON.parse(stdout).Arn).toMatch(/assumed-role\/signed-in\/by-file$/);
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const client = new STSClient({ endpoint: service.endpoint, region: service.region });
      expect((await client.send(new GetCallerIdentityCommand({}))).Arn).toMatch(/assumed-role\/signed-in\/by-file$/);
      client.destroy();
    } finally {
      for (const name of Object.keys(env)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it("are refused if the role's trust does not say just them", async () => {
    const refused = { name: "AccessDenied", message: "Not authorized to perform sts:AssumeRoleWithWebIdentity" };
    await expect(assume(issuer.token({ sub: "bob" }))).rejects.toMatchObject(refused);
    await expect(assume(issuer.token(), { RoleArn: roleArn("none") })).rejects.toMatchObject(refused);
    await eventually(
      async () => (await recordsOf("AssumeRoleWithWebIdentity")).some((text) => text.includes(":shop:bob")),
      "the record of the refusal, with who was refused",
    );
  });

  it("are refused with a token that proves nothing", async () => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const forged = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const bad: [string, string, string][] = [
      ["not-a-token", "InvalidIdentityTokenException", "not a valid JWT"],
      [issuer.token({}, "first", forged), "InvalidIdentityTokenException", "not signed by its issuer"],
      [issuer.token({}, "unknown", forged), "InvalidIdentityTokenException", "verification key"],
      [
        issuer.token({ iss: "https://other.example" }),
        "InvalidIdentityTokenException",
        "No OpenIDConnect provider found",
      ],
      [issuer.token({ iss: `${issuer.url}/` }), "InvalidIdentityTokenException", "No OpenIDConnect provider found"],
      [issuer.token({ aud: "other" }), "InvalidIdentityTokenException", "Incorrect token audience"],
      [issuer.token({ azp: "other" }), "InvalidIdentityTokenException", "Incorrect token audience"],
      [issuer.token({ exp: nowSeconds - 1 }), "ExpiredTokenException", "Token expired"],
      [issuer.token({ exp: undefined }), "InvalidIdentityTokenException", "Missing a required claim: exp"],
      [issuer.token({ iat: nowSeconds + 300 }), "InvalidIdentityTokenException", "future"],
      [issuer.token({ nbf: nowSeconds + 300 }), "InvalidIdentityTokenException", "not valid yet"],
      [issuer.token({ sub: undefined }), "InvalidIdentityTokenException", "Missing a required claim: sub"],
      [issuer.token({ SUB: "ann", sub: "bob" }), "IDPRejectedClaimException", "in case alone"],
    ];
    for (const [token, name, message] of bad)
      await expect(assume(token)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    await expect(assume(issuer.token(), { ProviderId: "www.amazon.com" })).rejects.toThrow("OAuth 2.0");
  });

  it("bring further claims, tags and a source identity, where the role takes these", async () => {
    await makeRole(
      "tagged",
      {
        "ForAnyValue:StringEquals": { [`${issuer.name}:amr`]: "mfa" },
        StringEquals: {
          "aws:RequestTag/team": "shop",
          "sts:SourceIdentity": "ann@example",
          [`${issuer.name}:oaud`]: "shop",
        },
      },
      [action, "sts:TagSession", "sts:SetSourceIdentity"],
    );
    const claims = {
      "https://aws.amazon.com/tags": { principal_tags: { team: ["shop"] }, transitive_tag_keys: ["team"] },
      "https://aws.amazon.com/source_identity": "ann@example",
    };
    const RoleArn = roleArn("tagged");
    await iam.send(
      new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn, ClientID: "console" }),
    );
    const full = { ...claims, amr: ["pwd", "mfa"], azp: "console" };
    expect(await assume(issuer.token(full), { RoleArn })).toMatchObject({
      SourceIdentity: "ann@example",
      Audience: "console",
    });
    await expect(assume(issuer.token({ ...full, amr: ["pwd"] }), { RoleArn })).rejects.toThrow("Not authorized");
    await expect(assume(issuer.token(full))).rejects.toThrow("Not authorized");
  });

  it("are asked about at their issuer seldom, and again for a key that is new there", async () => {
    const before = issuer.asked.length;
    await Promise.all([1, 2, 3].map(() => assume(issuer.token())));
    expect(issuer.asked.length).toBe(before);
    issuer.addKey("second", "ec");
    await eventually(
      () =>
        assume(issuer.token({}, "second")).then(
          () => true,
          () => false,
        ),
      "the second key to count",
      120_000,
    );
    // Discovery and keys, each twice: at the start, and once more for the new key however often it was tried.
    expect(issuer.asked.length).toBeLessThanOrEqual(before + 6);
  });

  it("are refused when their issuer does not answer, or is where nobody may lead this service", async () => {
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url: stranger.url, ClientIDList: ["shop"] }));
    await expect(assume(stranger.token())).rejects.toMatchObject({ name: "IDPCommunicationErrorException" });
    expect(stranger.asked).toEqual([]);
    await eventually(
      async () =>
        (await recordsOf("AssumeRoleWithWebIdentity")).some(
          (text) => text.includes("AddressRefused") || text.includes("not reached from here"),
        ),
      "the reason in the record",
    );
    const plain = { Url: "http://login.example.com" };
    await expect(iam.send(new CreateOpenIDConnectProviderCommand(plain))).rejects.toMatchObject({
      name: "InvalidInputException",
    });
  });

  it("belong to providers that are kept as AWS keeps them", async () => {
    const OpenIDConnectProviderArn = `arn:aws:iam::${service.accountId}:oidc-provider/login.example.com/corp`;
    const make = () =>
      iam.send(new CreateOpenIDConnectProviderCommand({ Url: "https://login.example.com/corp", ClientIDList: ["a"] }));
    expect(await make()).toMatchObject({ OpenIDConnectProviderArn });
    await expect(make()).rejects.toMatchObject({ name: "EntityAlreadyExistsException" });
    const of = { OpenIDConnectProviderArn };
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...of, ClientID: "b" }));
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...of, ClientID: "b" }));
    await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...of, ClientID: "a" }));
    const ThumbprintList = ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"];
    await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand({ ...of, ThumbprintList }));
    await iam.send(
      new TagOpenIDConnectProviderCommand({
        ...of,
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "2" },
        ],
      }),
    );
    await iam.send(new UntagOpenIDConnectProviderCommand({ ...of, TagKeys: ["a"] }));
    const Tags = [{ Key: "b", Value: "2" }];
    expect(await iam.send(new GetOpenIDConnectProviderCommand(of))).toMatchObject({
      ...{ Url: "login.example.com/corp", ClientIDList: ["b"], ThumbprintList, Tags },
    });
    expect((await iam.send(new ListOpenIDConnectProviderTagsCommand(of))).Tags).toEqual(Tags);
    const { OpenIDConnectProviderList } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    expect(OpenIDConnectProviderList!.map(({ Arn }) => Arn)).toContain(OpenIDConnectProviderArn);
    await iam.send(new DeleteOpenIDConnectProviderCommand(of));
    await iam.send(new DeleteOpenIDConnectProviderCommand(of));
    await expect(iam.send(new GetOpenIDConnectProviderCommand(of))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
    for (const Url of [
      "login.example.com",
      "https://login.example.com/?a=b",
      "https://u:p@login.example.com",
      "ftp://x.example",
    ])
      await expect(iam.send(new CreateOpenIDConnectProviderCommand({ Url }))).rejects.toMatchObject({
        name: "InvalidInputException",
      });
  });
});
