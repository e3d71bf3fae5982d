import { type SampleQuery, sampleQueries } from "./sample-queries.js";

export interface FoundSample {
  readonly sample: SampleQuery;
  /** From 0 (exclusive) to 1. */
  readonly relevance: number;
}

/** How much it counts where a word is found. */
const weights = { name: 1, description: 0.6, sql: 0.3 } as const;

/**
 * Samples that share words with a phrase, most relevant first. The relevance is the mean, over the words of the phrase, of
 * where each is found best; words that are in many samples count less. Ties go by name.
 */
export function searchSamples(phrase: string): FoundSample[] {
  const wanted = [...new Set(wordsOf(phrase))];
  const weighed = wanted.map((word) => ({ word, rarity: rarityOf(word) }));
  const sum = weighed.reduce((total, { rarity }) => total + rarity, 0);
  if (sum === 0) return [];
  return samples
    .map(({ sample, words }) => {
      const score = weighed.reduce((total, { word, rarity }) => total + rarity * placeOf(word, words), 0);
      return { sample, relevance: Math.round((score / sum) * 10_000) / 10_000 };
    })
    .filter(({ relevance }) => relevance > 0)
    .sort((a, b) => b.relevance - a.relevance || (a.sample.name < b.sample.name ? -1 : 1));
}

type Words = Readonly<Record<keyof typeof weights, ReadonlySet<string>>>;

function placeOf(word: string, words: Words): number {
  if (words.name.has(word)) return weights.name;
  if (words.description.has(word)) return weights.description;
  return words.sql.has(word) ? weights.sql : 0;
}

const ignored = new Set(
  "a all an and are by did do find for from how in is it list me of on show that the to was were what which who with".split(
    " ",
  ),
);

/** Words as they are compared: lower case, without the endings of plurals. Names like `GetTraces` are also their parts. */
function wordsOf(text: string): string[] {
  const words = text
    .replaceAll(/x-ray/gi, "xray")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? [])
    .filter((word) => !ignored.has(word))
    .map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, "") : word));
}

const samples = sampleQueries.map((sample) => ({
  sample,
  words: {
    name: new Set(wordsOf(sample.name)),
    description: new Set(wordsOf(sample.description)),
    sql: new Set(wordsOf(sample.sql)),
  } satisfies Words,
}));

function rarityOf(word: string): number {
  const having = samples.filter(({ words }) => placeOf(word, words) > 0).length;
  return Math.log(1 + samples.length / (1 + having));
}
