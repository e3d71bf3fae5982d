import type { MessagePort } from "node:worker_threads";
import type { FromMaker, ToMaker } from "./maker-messages.js";
import type { TraceMaker, TraceMakerQuestions } from "./trace-maker.js";

/** Within the thread: does what comes through the port, and asks through it. */
export function hostMaker(port: MessagePort, maker: TraceMaker): void {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(reason: Error): void }>();
  let questions = 0;
  const tell = (message: FromMaker) => port.postMessage(message);

  function ask<Answer>(job: number, what: keyof TraceMakerQuestions, about: unknown): Promise<Answer> {
    const question = ++questions;
    return new Promise((resolve, reject) => {
      waiting.set(question, { resolve: resolve as (answer: unknown) => void, reject });
      tell({ kind: "question", job, question, ask: what, about });
    });
  }

  async function make(job: number, input: Parameters<TraceMaker["make"]>[0]): Promise<void> {
    try {
      const made = await maker.make(input, {
        readLinked: (traceIds) => ask(job, "readLinked", traceIds),
        formerPlaces: (asked) => ask(job, "formerPlaces", asked),
      });
      tell({ kind: "made", job, made });
    } catch (reason) {
      tell({ kind: "failed", job, reason });
    }
  }

  port.on("message", (message: ToMaker) => {
    if (message.kind === "make") return void make(message.job, message.input);
    const question = waiting.get(message.question);
    waiting.delete(message.question);
    if (message.kind === "answer") question?.resolve(message.answer);
    else question?.reject(new Error("the main thread has no answer"));
  });
}
