import {
  GenerateCredentialReportCommand,
  GetAccountAuthorizationDetailsCommand,
  GetCredentialReportCommand,
  IAMClient,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { clientOf } from "../../api/clients.js";
import { failureOf } from "../../api/failure.js";
import { type Credentials, readCredentialReport } from "./credential-report.js";

export interface ListedUser {
  readonly name: string;
  readonly created: Date | undefined;
  /** Undefined for who may not see them. */
  readonly groups: readonly string[] | undefined;
}

const perPage = 200;

/** A page of users with their groups; without groups for who may list users and nothing more. */
export async function loadUsers(Marker: string | undefined, signal: AbortSignal) {
  const iam = clientOf(IAMClient);
  const options = { abortSignal: signal };
  try {
    const page = await iam.send(
      new GetAccountAuthorizationDetailsCommand({ Filter: ["User"], Marker, MaxItems: perPage }),
      options,
    );
    const items = (page.UserDetailList ?? []).map(
      ({ UserName = "", CreateDate, GroupList = [] }): ListedUser => ({
        name: UserName,
        created: CreateDate,
        groups: GroupList,
      }),
    );
    return { items, nextToken: page.Marker };
  } catch (problem) {
    if (failureOf(problem).kind !== "denied") throw problem;
    const page = await iam.send(new ListUsersCommand({ Marker, MaxItems: perPage }), options);
    const items = (page.Users ?? []).map(
      ({ UserName = "", CreateDate }): ListedUser => ({ name: UserName, created: CreateDate, groups: undefined }),
    );
    return { items, nextToken: page.Marker };
  }
}

/** How each user signs in, by user name: the credential report, made anew. */
export async function loadCredentials(signal: AbortSignal): Promise<ReadonlyMap<string, Credentials>> {
  const iam = clientOf(IAMClient);
  const options = { abortSignal: signal };
  await iam.send(new GenerateCredentialReportCommand({}), options);
  const { Content } = await iam.send(new GetCredentialReportCommand({}), options);
  return readCredentialReport(new TextDecoder().decode(Content));
}
