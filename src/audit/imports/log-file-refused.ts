/** A file cannot be imported, however often it is tried. The code and the message are for ListImportFailures. */
export class LogFileRefused extends Error {
  override readonly name = "LogFileRefused";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
