import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as shoal from '../../src/index.ts';
import { useSession } from '../support/use-session.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/verbs.md'), 'utf8');

const { session } = useSession();

/** Methods of an object's classes. */
function methodsOf(object: object): string[] {
  const prototype: object | null = Object.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype
    ? []
    : [...Object.getOwnPropertyNames(prototype), ...methodsOf(prototype)];
}

function knownNames(): ReadonlySet<string> {
  const dataset = session().from([{ n: 1 }]);
  const x = shoal.col('n');
  const families = { str: x.str, dt: x.dt, list: x.list, struct: x.struct, map: x.map };
  const named = (prefix: string, object: object) => methodsOf(object).map((name) => `${prefix}${name}`);
  return new Set([
    ...Object.keys(shoal),
    ...methodsOf(session()),
    ...methodsOf(dataset),
    ...methodsOf(x),
    ...methodsOf(shoal.count()),
    ...Object.getOwnPropertyNames(shoal.Result.prototype),
    ...named('read.', session().read),
    ...named('write.', dataset.write),
    ...Object.entries(families).flatMap(([family, object]) => [`.${family}`, ...named(`${family}.`, object)]),
  ]);
}

/** Code that stands in the last column without being a name of shoal's: options, types, uris, syntax. */
const others = new Set([
  'onBadRow',
  'partitionBy',
  'mode',
  's3:',
  'rows',
  'range',
  'enum',
  'planner',
  'for await',
  "fn('hash', …)",
  "sum(col('x').mul(col('y')))",
]);

/** Verbs that the page says are still to come. */
const later = new Set(['map', 'flatMap', 'mapBatches', 'mapGroups']);

test('docs/verbs.md names only what there is', () => {
  const known = knownNames();
  const cells = page
    .split('\n')
    .filter((line) => /^\| .* \|$/.test(line))
    .map((line) => line.split(' | ').at(-1) ?? '');
  const names = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !known.has(name) && !others.has(name) && !later.has(name))).toEqual([]);
});

test('docs/verbs.md names every verb of a dataset', () => {
  const inner = new Set(['constructor', 'derive', 'sameSession', 'prefix']);
  const verbs = methodsOf(session().from([{ n: 1 }])).filter((name) => !inner.has(name));
  expect(verbs.filter((name) => !page.includes(`\`${name}\``) && name !== 'write')).toEqual([]);
});
