import { carrierType } from '../../plan/carrier-type.ts';
import { type DataType, sameType } from '../../plan/types.ts';
import { quoteIdentifier } from './quote.ts';
import { renderType } from './type.ts';

/**
 * SQL of a value in its wire type, from which the engine's cast gives the same value back. The engine's casts do both, but
 * for intervals: its own text of many hours is one that it cannot read.
 *
 * @param value SQL without side effects; it may stand several times in the result
 */
export function renderCarried(value: string, type: DataType): string {
  const carrier = carrierType(type);
  if (sameType(carrier, type)) return value;
  return holdsInterval(type) ? carriedInterval(value, type, 0) : `CAST(${value} AS ${renderType(carrier)})`;
}

function holdsInterval(type: DataType): boolean {
  switch (type.kind) {
    case 'interval':
      return true;
    case 'list':
    case 'array':
      return holdsInterval(type.item);
    case 'struct':
      return type.fields.some((field) => holdsInterval(field.type));
    case 'map':
      return holdsInterval(type.key) || holdsInterval(type.value);
    default:
      return false;
  }
}

/** @param depth of nested lambdas, whose parameters need names of their own */
function carriedInterval(value: string, type: DataType, depth: number): string {
  if (!holdsInterval(type)) return renderCarried(value, type);
  const part = `e${depth}`;
  const inner = (sql: string, of: DataType) => carriedInterval(sql, of, depth + 1);
  switch (type.kind) {
    case 'list':
      return `list_transform(${value}, lambda ${part}: ${inner(part, type.item)})`;
    case 'array':
      return inner(`CAST(${value} AS ${renderType(type.item)}[])`, { kind: 'list', item: type.item });
    case 'struct': {
      const fields = type.fields.map(({ name, type: of }) => {
        const field = quoteIdentifier(name);
        return `${field} := ${inner(`(${value}).${field}`, of)}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
    }
    case 'map': {
      const entry = `{'key': ${inner(`${part}.key`, type.key)}, 'value': ${inner(`${part}.value`, type.value)}}`;
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${part}: ${entry}))`;
    }
    default:
      return intervalText(value);
  }
}

/** Seconds stand apart from microseconds: the engine reads no number below −(2^63 − 1), and an interval may hold −2^63. */
function intervalText(value: string): string {
  const part = (name: string) => `datepart('${name}', ${value})::BIGINT`;
  // The part "microsecond" has the seconds in it.
  const seconds = `${part('hour')} * 3600 + ${part('minute')} * 60 + ${part('microsecond')} // 1000000`;
  return (
    `(${part('year')} * 12 + ${part('month')}) || ' months ' || ${part('day')} || ' days ' || ` +
    `(${seconds}) || ' seconds ' || ${part('microsecond')} % 1000000 || ' microseconds'`
  );
}
