/** What became of the segments that came in over UDP. Every one is in `received`, and ends in one other. */
export interface DaemonCounters {
  /** Datagrams, good or bad. */
  received: number;
  /** Documents of batches that were accepted, those listed as unprocessed among them. */
  sent: number;
  /** Datagrams without a proper header or body. */
  malformed: number;
  /** Documents that were sent and listed as unprocessed. */
  unprocessed: number;
  /** Documents dropped because the queue was full. */
  spilled: number;
  /** Documents whose upload was refused, or failed more often than it is tried. */
  failed: number;
  clientErrors: number;
  serverErrors: number;
  otherErrors: number;
}

export function noCounts(): DaemonCounters {
  return {
    received: 0,
    sent: 0,
    malformed: 0,
    unprocessed: 0,
    spilled: 0,
    failed: 0,
    clientErrors: 0,
    serverErrors: 0,
    otherErrors: 0,
  };
}
