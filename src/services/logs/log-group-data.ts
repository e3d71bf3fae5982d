import type { EventClass } from "../../audit/event.js";

/** Reads and writes of log events. AWS does not record them one by one; here every call has its record. */
export const logGroupData: EventClass = { category: "Data", resourceType: "AWS::Logs::LogGroup" };

/** AWS's limits of an answer that holds log events. */
export const answerEventsMax = 10_000;
export const answerBytesMax = 1_048_576;
