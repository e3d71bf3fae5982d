/** AWS X-Ray quotas: a trace document is at most 500 KB; what is beyond is left out and `LimitExceeded` says so. */
export const traceBytesMax = 500_000;
