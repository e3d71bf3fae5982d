import type { MadeRows, TraceMakerInput, TraceMakerQuestions } from "./trace-maker.js";

/** What the main thread tells the one that makes traces. */
export type ToMaker =
  | { readonly kind: "make"; readonly job: number; readonly input: TraceMakerInput }
  | { readonly kind: "answer"; readonly question: number; readonly answer: unknown }
  | { readonly kind: "no answer"; readonly question: number };

/** What it tells the main thread. */
export type FromMaker =
  | { readonly kind: "made"; readonly job: number; readonly made: MadeRows }
  | { readonly kind: "failed"; readonly job: number; readonly reason: unknown }
  | {
      readonly kind: "question";
      readonly job: number;
      readonly question: number;
      readonly ask: keyof TraceMakerQuestions;
      readonly about: unknown;
    };
