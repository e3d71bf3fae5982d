const digitsMin = 13;
const digitsMax = 19;

/** Digits with at most one separator between two, not within a word; anything longer is looked at piece by piece. */
const runs = /(?<![A-Za-z0-9])[0-9](?:(?:[ +-]|%20)?[0-9]){12,}(?![A-Za-z])/g;

/** Ranges of the issuers of payment cards, by their first digits. */
const issuers = /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|30[0-5]|3[689]|35|50|5[6-9]|6[0-9]|81|62)/;

/**
 * Masks the numbers of payment cards: 13 to 19 digits of an issuer's range whose check digit is right (ISO/IEC 7812,
 * Luhn), that begin and end where a group of digits does.
 */
export function maskCardNumbers(text: string, replace: (value: string) => string): string {
  return text.replace(runs, (run) => maskRun(run, replace));
}

function maskRun(run: string, replace: (value: string) => string): string {
  const places = placesOfDigits(run);
  let masked = "";
  let copied = 0;
  let first = 0;
  while (first + digitsMin <= places.length) {
    const length = startsGroup(places, first) ? cardLengthAt(run, places, first) : undefined;
    if (length === undefined) {
      first++;
      continue;
    }
    const end = places[first + length - 1]! + 1;
    masked += run.slice(copied, places[first]) + replace(run.slice(places[first], end));
    copied = end;
    first += length;
  }
  return masked + run.slice(copied);
}

/** A separator written as `%20` has digits that are none of the number. */
function placesOfDigits(run: string): number[] {
  const places: number[] = [];
  for (let index = 0; index < run.length; index++) {
    const code = run.charCodeAt(index);
    if (code === 0x25) index += 2;
    else if (code >= 0x30 && code <= 0x39) places.push(index);
  }
  return places;
}

function cardLengthAt(run: string, places: readonly number[], first: number): number | undefined {
  if (
    !issuers.test(run[places[first]!]! + run[places[first + 1]!]! + run[places[first + 2]!]! + run[places[first + 3]!]!)
  )
    return undefined;
  for (let length = Math.min(digitsMax, places.length - first); length >= digitsMin; length--) {
    const next = first + length;
    const endsGroup = next === places.length || startsGroup(places, next);
    if (endsGroup && hasCheckDigit(run, places, first, length)) return length;
  }
  return undefined;
}

function startsGroup(places: readonly number[], index: number): boolean {
  return index === 0 || places[index]! > places[index - 1]! + 1;
}

/** Every second digit from the right counts twice, as the sum of its two digits. */
function hasCheckDigit(run: string, places: readonly number[], first: number, length: number): boolean {
  let sum = 0;
  for (let index = 0; index < length; index++) {
    const digit = run.charCodeAt(places[first + length - 1 - index]!) - 0x30;
    const counted = index % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}
