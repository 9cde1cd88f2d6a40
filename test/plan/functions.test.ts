import { expect, test } from 'vitest';
import * as shoal from '../../src/index.ts';
import { aggregateFunctions, predicates, scalarFunctions, windowFunctions } from '../../src/plan/functions.ts';

test('every predicate is a scalar function', () => {
  expect([...predicates].filter((name) => !Object.hasOwn(scalarFunctions, name))).toEqual([]);
});

test('argument counts are sensible', () => {
  const all = { ...scalarFunctions, ...aggregateFunctions, ...windowFunctions };
  const odd = Object.entries(all).filter(([, [least, most]]) => least < 0 || most < least);
  expect(odd).toEqual([]);
});

test('every aggregate and window function is exported under its name', () => {
  const names = [...Object.keys(aggregateFunctions), ...Object.keys(windowFunctions)];
  const exported = new Set(Object.keys(shoal));
  expect(names.filter((name) => !exported.has(name))).toEqual([]);
});

test('every scalar function has a method, or is reached by fn()', async () => {
  const expression = shoal.col('x');
  const families: Readonly<Record<string, object>> = {
    str: expression.str,
    dt: expression.dt,
    list: expression.list,
    struct: expression.struct,
    map: expression.map,
    bin: expression.bin,
  };
  const free = new Set(['list.of', 'struct.of']);
  const missing = Object.keys(scalarFunctions)
    .filter((name) => name.includes('.') && !free.has(name))
    .filter((name) => {
      const [family = '', method = ''] = name.split('.');
      return !(method in (families[family] ?? {}));
    });
  expect(missing).toEqual([]);
});
