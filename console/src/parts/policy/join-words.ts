/** `a`, `a and b`, `a, b and c`; of many the first ones, and how many more. */
export function joinWords(words: readonly string[], { word = "and", max = 6 } = {}): string {
  const shown = words.length > max ? [...words.slice(0, max - 1), `${words.length - max + 1} more`] : words;
  if (shown.length < 2) return shown[0] ?? "";
  return `${shown.slice(0, -1).join(", ")} ${word} ${shown.at(-1)}`;
}

/** How policies spell the caller's own values, in words. */
const variables: Readonly<Record<string, string>> = {
  "aws:username": "the caller's name",
  "aws:userid": "the caller's ID",
  "aws:principalarn": "the caller's ARN",
  "aws:principalaccount": "the caller's account",
};

/** A text of a policy with its variables in words: `${aws:username}` is the caller's name. */
export function withoutVariables(text: string): string {
  return text.replace(/\$\{([^}]*)\}/g, (_whole, inside: string) => {
    if (inside === "*" || inside === "?" || inside === "$") return inside;
    const name = inside.split(",")[0]!.trim();
    const tag = /^aws:PrincipalTag\/(.+)$/i.exec(name)?.[1];
    return `‹${tag === undefined ? (variables[name.toLowerCase()] ?? name) : `the caller's tag ${tag}`}›`;
  });
}
