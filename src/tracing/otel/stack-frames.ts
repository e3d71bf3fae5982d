/** A line of a stack trace in X-Ray's form. */
export interface Frame {
  readonly path?: string;
  readonly line?: number;
  readonly label?: string;
}

/** One exception of a chain: the one that was caught first, then what caused it. */
interface Stack {
  readonly type?: string;
  readonly message?: string;
  readonly frames: Frame[];
}

const linesMax = 1000;
/** No runtime prints longer ones, and patterns may not be made to look at them for long. */
const lineLengthMax = 2000;
const chainLengthMax = 10;

/**
 * Frames of a stack trace as runtimes of that language print it; none for a language that is not known.
 * Source: X-Ray exporter of the OpenTelemetry Collector, `cause.go`.
 *
 * @param language `telemetry.sdk.language`.
 */
export function stackFrames(stacktrace: string, language: string | undefined): Stack[] {
  const lines = stacktrace.split(/\r?\n/, linesMax).filter((line) => line.length <= lineLengthMax);
  switch (language) {
    case "java":
    case "php":
      return javaStacks(lines);
    case "python":
      return pythonStacks(lines);
    case "nodejs":
    case "webjs":
    case "javascript":
      return [{ frames: lines.flatMap(javascriptFrame) }];
    case "dotnet":
      return [{ frames: lines.flatMap(dotnetFrame) }];
    case "go":
      return [{ frames: goFrames(lines) }];
    default:
      return [];
  }
}

/** `\tat com.example.Shop.buy(Shop.java:12)`, `Caused by: java.io.IOException: gone` */
function javaStacks(lines: readonly string[]): Stack[] {
  const stacks: Stack[] = [{ frames: [] }];
  for (const line of lines) {
    const frame = /^\s+at (?:[^/\s(]+\/)?([^\s(]+)\(([^)]*)\)/.exec(line);
    if (frame) stacks.at(-1)!.frames.push(located(frame[1], frame[2] ?? ""));
    else if (line.startsWith("Caused by: ") && stacks.length < chainLengthMax)
      stacks.push({ ...typeAndMessage(line.slice("Caused by: ".length)), frames: [] });
  }
  return stacks;
}

/** Innermost call last, as Python prints it; X-Ray has it first. Chained exceptions are printed before what they led to. */
function pythonStacks(lines: readonly string[]): Stack[] {
  const stacks: Stack[] = [];
  let frames: Frame[] = [];
  for (const line of lines) {
    const frame = /^ {2}File "([^"]*)", line (\d+)(?:, in (.*))?$/.exec(line);
    if (frame) frames.push({ path: frame[1]!, line: Number(frame[2]), ...(frame[3] && { label: frame[3] }) });
    else if (/^[A-Za-z_][\w.]*(?::|$)/.test(line) && frames.length > 0) {
      stacks.push({ ...typeAndMessage(line), frames: frames.reverse() });
      frames = [];
    }
  }
  if (frames.length > 0) stacks.push({ frames: frames.reverse() });
  return stacks.reverse().slice(0, chainLengthMax);
}

/** `    at buy (/srv/shop.js:12:5)`, `    at /srv/shop.js:12:5` */
function javascriptFrame(line: string): Frame[] {
  const named = /^\s+at (.+?) \((.*?)(?::(\d+))?(?::\d+)?\)$/.exec(line);
  if (named) return [frameOf(named[1], named[2], named[3])];
  const bare = /^\s+at (\S+?)(?::(\d+))?(?::\d+)?$/.exec(line);
  return bare ? [frameOf(undefined, bare[1], bare[2])] : [];
}

/** `   at Shop.Buy() in C:\shop.cs:line 12` */
function dotnetFrame(line: string): Frame[] {
  const frame = /^\s+at (.+?)(?: in (.+?)(?::line (\d+))?)?$/.exec(line);
  return frame ? [frameOf(frame[1], frame[2], frame[3])] : [];
}

/** A line with the function, then one with `\t/srv/shop.go:12 +0x1d`. */
function goFrames(lines: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  let label: string | undefined;
  for (const line of lines) {
    const place = /^\s+(\S+?):(\d+)(?: |$)/.exec(line);
    if (place && label !== undefined) frames.push(frameOf(label, place[1], place[2]));
    label = place || line.startsWith("goroutine ") || line === "" ? undefined : line.trim();
  }
  return frames;
}

function located(label: string | undefined, place: string): Frame {
  const colon = place.lastIndexOf(":");
  const line = colon === -1 ? undefined : place.slice(colon + 1);
  return frameOf(label, colon === -1 ? place : place.slice(0, colon), line);
}

function frameOf(label: string | undefined, path: string | undefined, line: string | undefined): Frame {
  const number = Number(line ?? Number.NaN);
  return { ...(path && { path }), ...(Number.isSafeInteger(number) && { line: number }), ...(label && { label }) };
}

function typeAndMessage(line: string): { type?: string; message?: string } {
  const colon = line.indexOf(": ");
  return colon === -1
    ? { type: line.replace(/:$/, "") }
    : { type: line.slice(0, colon), message: line.slice(colon + 2) };
}
