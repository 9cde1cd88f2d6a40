import type { ScalarFunction } from '../../plan/functions.ts';
import { notNegative, positionOf, sliceStart } from './position.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { named, type RenderCall } from './render-call.ts';

type NestedFunction = Extract<ScalarFunction, `list.${string}` | `struct.${string}` | `map.${string}`>;

/**
 * Lists, structs and maps. Indexes count from 0, from the end when negative, and give null outside; `indexOf` is −1
 * where there is none; `sort` puts nulls last; `distinct` drops nulls and keeps no order. Names of struct fields are
 * plain text, not SQL.
 */
export const nestedFunctions: Readonly<Record<NestedFunction, RenderCall>> = {
  'list.length': named('len'),
  'list.get': (list, index) => `list_extract(${list}, ${positionOf(index)})`,
  'list.slice': (list, start, length?: string) => {
    const begin = sliceStart(start, `len(${list})`);
    return `list_slice(${list}, ${begin}, ${length === undefined ? `len(${list})` : `${begin} + ${notNegative(length)} - 1`})`;
  },
  'list.contains': named('list_contains'),
  'list.indexOf': (list, value) =>
    `CASE WHEN ${list} IS NOT NULL THEN coalesce(list_position(${list}, ${value}), 0) - 1 END`,
  'list.sum': named('list_sum'),
  'list.avg': named('list_avg'),
  'list.min': named('list_min'),
  'list.max': named('list_max'),
  'list.sort': (list) => `list_sort(${list}, 'ASC', 'NULLS LAST')`,
  'list.reverse': named('list_reverse'),
  'list.distinct': named('list_distinct'),
  'list.concat': named('list_concat'),
  'list.join': named('array_to_string'),
  'list.map': named('list_transform'),
  'list.filter': named('list_filter'),
  'list.of': (...items) => `[${items.join(', ')}]`,
  'struct.field': (struct, name) => `struct_extract(${struct}, ${quoteString(name)})`,
  'struct.of': (...args) =>
    `struct_pack(${pairs(args)
      .map(([name, value]) => `${quoteIdentifier(name)} := ${value}`)
      .join(', ')})`,
  'map.get': named('map_extract_value'),
  'map.keys': named('map_keys'),
  'map.values': named('map_values'),
  'map.length': (map) => `CAST(cardinality(${map}) AS BIGINT)`,
};

function pairs(args: readonly string[]): (readonly [string, string])[] {
  return args.flatMap((name, index) => (index % 2 === 0 ? [[name, args[index + 1] ?? 'NULL'] as const] : []));
}
