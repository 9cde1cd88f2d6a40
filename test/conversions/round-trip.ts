import { InternalError, ShoalError } from '../../src/errors.ts';
import { col, type Session } from '../../src/index.ts';
import { formatType } from '../../src/plan/type-name.ts';
import type { Carrier } from './carriers.ts';
import { type Rows, textsOf, valuesOf } from './rows.ts';

/** A value that a carrier does not take, with the error that says so. */
export interface Refusal {
  readonly value: string;
  readonly message: string;
}

/** What became of the values of a type. */
export interface RoundTrip {
  /** The type that they are found to have; null for none. */
  readonly found: string | null;
  /** Whether a cast of what was found gives the same values. */
  readonly foundExactly: boolean;
  readonly refusals: readonly Refusal[];
}

/**
 * Sends values through a carrier and back.
 *
 * @throws {Error} when one of them comes back as another value, or is refused by an error that is a defect
 */
export async function roundTrip(
  session: Session,
  carrier: Carrier,
  type: string,
  values: readonly string[],
): Promise<RoundTrip> {
  const whole = await tryOnce(session, carrier, type, values);
  if (!('message' in whole)) return { ...whole, refusals: [] };
  const refusals: Refusal[] = [];
  const taken: string[] = [];
  for (const value of values) {
    const alone = await tryOnce(session, carrier, type, [value]);
    if (!('message' in alone)) taken.push(value);
    else refusals.push({ value: (await textsOf(valuesOf(session, type, [value])))[0] ?? '', message: alone.message });
  }
  const rest = await tryOnce(session, carrier, type, taken);
  if ('message' in rest) throw new Error(`${type} through ${carrier.name}, ${taken.join(', ')}: ${rest.message}`);
  return { ...rest, refusals };
}

type Outcome = Omit<RoundTrip, 'refusals'> | { readonly message: string };

async function tryOnce(session: Session, carrier: Carrier, type: string, values: readonly string[]): Promise<Outcome> {
  const rows = valuesOf(session, type, values);
  const expected = await textsOf(rows);
  try {
    const sent = await carrier.send(rows);
    const back = sent.asTold?.(type) ?? withCast(sent.asFound(), type);
    expectSame(await textsOf(back), expected, `${type} through ${carrier.name}`);
    return await foundIn(sent.asFound, type, expected);
  } catch (error) {
    return orRethrow({ message: (error as Error).message })(error);
  }
}

/** What a reader makes of it by itself; it may not make anything of it. */
async function foundIn(asFound: () => Rows, type: string, expected: readonly (string | null)[]): Promise<Outcome> {
  try {
    const [field] = await asFound().schema();
    const found = field ? formatType(field.type) : null;
    const texts = await textsOf(withCast(asFound(), type)).catch(orRethrow([]));
    return { found, foundExactly: JSON.stringify(texts) === JSON.stringify(expected) };
  } catch (error) {
    return orRethrow({ found: null, foundExactly: false })(error);
  }
}

/** A value in place of an error that is none of shoal's defects. */
function orRethrow<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ShoalError && !(error instanceof InternalError)) return otherwise;
    throw error;
  };
}

/** Nothing converts to the type of nulls alone. */
function withCast(rows: Rows, type: string): Rows {
  return type === 'null' ? rows : rows.select({ v: col('v').cast(type) });
}

function expectSame(actual: readonly (string | null)[], expected: readonly (string | null)[], what: string): void {
  const at = Math.max(actual.length, expected.length);
  for (let row = 0; row < at; row++)
    if (actual[row] !== expected[row]) throw new Error(`${what}: ${expected[row]} came back as ${actual[row]}.`);
}
