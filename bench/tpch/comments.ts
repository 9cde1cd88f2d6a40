import { grammar } from './vocabulary.ts';

/** Number of fragments in the pool: a power of two, so that a hash picks one without bias. */
const FRAGMENTS = 4096;

/** Characters of a fragment. The longest comment (198) fits behind the largest start offset (57). */
const FRAGMENT_LENGTH = 256;

/**
 * Returns the pool that every comment is cut from: fragments of pseudo-English by the specification's grammar.
 *
 * A comment is a piece of one fragment, which gives some twenty million different ones. The pool is the same on every
 * machine and in every run.
 *
 * @see TPC-H specification 3.0.1, §4.2.2.14
 */
export function commentPool(): string[] {
  const next = randomSequence(1992_01_01);
  return Array.from({ length: FRAGMENTS }, () => {
    let text = '';
    while (text.length < FRAGMENT_LENGTH) text += `${sentence(next)} `;
    return text.slice(0, FRAGMENT_LENGTH);
  });
}

/** A source of equally distributed integers: `next(n)` is in `[0, n)`. */
type Random = (bound: number) => number;

/** Marsaglia's xorshift32 generator: more than even enough for filler text. */
function randomSequence(seed: number): Random {
  let state = seed | 0;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

function sentence(next: Random): string {
  const forms = [
    () => `${nounPhrase(next)} ${verbPhrase(next)}`,
    () => `${nounPhrase(next)} ${verbPhrase(next)} ${prepositionalPhrase(next)}`,
    () => `${nounPhrase(next)} ${verbPhrase(next)} ${nounPhrase(next)}`,
    () => `${nounPhrase(next)} ${prepositionalPhrase(next)} ${verbPhrase(next)} ${nounPhrase(next)}`,
    () => `${nounPhrase(next)} ${prepositionalPhrase(next)} ${verbPhrase(next)} ${prepositionalPhrase(next)}`,
  ];
  return `${pick(next, forms)()}${pick(next, grammar.terminators)}`;
}

function nounPhrase(next: Random): string {
  const noun = pick(next, grammar.nouns);
  const adjective = pick(next, grammar.adjectives);
  const forms = [
    noun,
    `${adjective} ${noun}`,
    `${adjective}, ${pick(next, grammar.adjectives)} ${noun}`,
    `${pick(next, grammar.adverbs)} ${adjective} ${noun}`,
  ];
  return pick(next, forms);
}

function verbPhrase(next: Random): string {
  const verb = pick(next, grammar.verbs);
  const forms = [
    verb,
    `${pick(next, grammar.auxiliaries)} ${verb}`,
    `${verb} ${pick(next, grammar.adverbs)}`,
    `${pick(next, grammar.auxiliaries)} ${verb} ${pick(next, grammar.adverbs)}`,
  ];
  return pick(next, forms);
}

function prepositionalPhrase(next: Random): string {
  return `${pick(next, grammar.prepositions)} the ${nounPhrase(next)}`;
}

function pick<T>(next: Random, list: readonly T[]): T {
  // An index below the length is always there.
  return list[next(list.length)] as T;
}
