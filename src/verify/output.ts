/** Where the verifier's lines go. */
export interface Output {
  out(line: string): void;
  error(line: string): void;
}

export const consoleOutput: Output = { out: (line) => console.log(line), error: (line) => console.error(line) };
