/** What a line of the credential report says of one user. */
export interface Credentials {
  readonly user: string;
  readonly hasPassword: boolean;
  readonly hasMfa: boolean;
  readonly keys: readonly ReportedKey[];
  /** The latest that is known: a sign-in, or a use of a key. */
  readonly lastActivity?: Date;
}

export interface ReportedKey {
  readonly active: boolean;
  readonly made: Date;
}

/** Reads the report by its columns' names; lines of users alone, by user name. */
export function readCredentialReport(csv: string): ReadonlyMap<string, Credentials> {
  const [header = [], ...lines] = csv.split("\n").map(fieldsOf);
  const found = new Map<string, Credentials>();
  for (const line of lines) {
    const field = (name: string) => line[header.indexOf(name)] ?? "";
    const user = field("user");
    if (user === "" || user === "<root_account>") continue;
    const keys = ([1, 2] as const).flatMap((number) => {
      const made = timeOf(field(`access_key_${number}_last_rotated`));
      return made === undefined ? [] : [{ active: field(`access_key_${number}_active`) === "true", made }];
    });
    const times = ["password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"]
      .flatMap((name) => timeOf(field(name)) ?? [])
      .map(Number);
    found.set(user, {
      user,
      hasPassword: field("password_enabled") === "true",
      hasMfa: field("mfa_active") === "true",
      keys,
      ...(times.length > 0 && { lastActivity: new Date(Math.max(...times)) }),
    });
  }
  return found;
}

/** Fields of a line; those in quotes may hold commas and doubled quotes. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

/** `N/A` and `no_information` are no times. */
function timeOf(text: string): Date | undefined {
  return /^\d{4}-/.test(text) ? new Date(text) : undefined;
}
