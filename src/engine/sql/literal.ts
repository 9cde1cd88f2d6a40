import { InternalError, type JsonValue } from '../../errors.ts';
import type { LiteralExpr } from '../../plan/expr.ts';
import type { DataType } from '../../plan/types.ts';
import { type NumberPlace, renderFloat, renderNumber } from './number-literal.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { renderType } from './type.ts';

/**
 * The SQL of a constant. All but JavaScript numbers carry their type in the SQL, so that the binder sees it.
 *
 * @param place whether a fraction is compared or computed with
 */
export function renderLiteral(literal: LiteralExpr, place: NumberPlace = 'value'): string {
  if (literal.type.kind !== 'number') return renderValue(literal.value, literal.type);
  return literal.value === null ? 'NULL' : renderNumber(literal.value, place);
}

/** The SQL of a value of a type; see {@link LiteralExpr} for the JSON form of each type's values. */
export function renderValue(value: JsonValue, type: DataType): string {
  if (type.kind === 'null') return 'NULL';
  if (value === null) return `NULL::${renderType(type)}`;
  switch (type.kind) {
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE';
    case 'float32':
      return renderFloat(value, 'FLOAT');
    case 'float64':
      return renderFloat(value, 'DOUBLE');
    case 'binary':
      return `from_base64(${quoteString(text(value))})`;
    case 'string':
      return renderText(text(value));
    case 'list':
    case 'array':
      return renderList(array(value), type.item, renderType(type));
    case 'struct':
      return `struct_pack(${type.fields
        .map(
          (field, index) => `${quoteIdentifier(field.name)} := ${renderValue(array(value)[index] ?? null, field.type)}`,
        )
        .join(', ')})`;
    case 'map': {
      const entries = array(value).map(array);
      const part = (index: number, item: DataType) =>
        renderList(
          entries.map((entry) => entry[index] ?? null),
          item,
          `${renderType(item)}[]`,
        );
      return `MAP(${part(0, type.key)}, ${part(1, type.value)})`;
    }
    // Short digits stand bare: the text is for people too.
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'int128':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
    case 'uint128':
      return `${/^\d{1,18}$/.test(text(value)) ? text(value) : quoteString(text(value))}::${renderType(type)}`;
    case 'decimal':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
    case 'uuid':
    case 'enum':
      return `${quoteString(text(value))}::${renderType(type)}`;
  }
}

/** SQL text cannot hold NUL, but the engine's strings can. */
function renderText(value: string): string {
  if (value.includes('\0')) return `decode(from_base64(${quoteString(Buffer.from(value).toString('base64'))}))`;
  return `${quoteString(value)}::VARCHAR`;
}

function renderList(items: readonly JsonValue[], item: DataType, type: string): string {
  return `[${items.map((element) => renderValue(element, item)).join(', ')}]::${type}`;
}

function text(value: JsonValue): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new InternalError(`A constant in the plan is ${JSON.stringify(value)} where text was expected.`);
}

function array(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new InternalError(`A constant in the plan is ${JSON.stringify(value)} where an array was expected.`);
}
