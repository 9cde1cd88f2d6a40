import type { DataType } from '../../../src/plan/types.ts';
import type { PlanExpr, PlanValue } from '../random-plan.ts';

/** The engine's name of a type. */
export function sqlType(type: DataType): string {
  switch (type.kind) {
    case 'int8':
      return 'TINYINT';
    case 'int32':
      return 'INTEGER';
    case 'int64':
      return 'BIGINT';
    case 'int128':
      return 'HUGEINT';
    case 'float64':
      return 'DOUBLE';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'string':
      return 'VARCHAR';
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'list':
      return `${sqlType(type.item)}[]`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `"${field.name}" ${sqlType(field.type)}`).join(', ')})`;
    default:
      throw new TypeError(`Random plans have no type ${type.kind}.`);
  }
}

/** SQL of a table's value. */
export function valueSql(value: PlanValue, type: DataType): string {
  if (value === null) return `NULL::${sqlType(type)}`;
  if (type.kind === 'list' && Array.isArray(value)) {
    return `[${value.map((item) => valueSql(item, type.item)).join(', ')}]::${sqlType(type)}`;
  }
  if (type.kind === 'struct' && typeof value === 'object' && !Array.isArray(value)) {
    const fields = type.fields.map(({ name, type: of }) => `'${name}': ${valueSql(Reflect.get(value, name), of)}`);
    return `{${fields.join(', ')}}`;
  }
  return `${textSql(Object.is(value, -0) ? '-0' : String(value))}::${sqlType(type)}`;
}

/**
 * SQL of a constant of an expression.
 *
 * @param compared a fraction is compared as the decimal that it is written as, and computed with as a float
 */
export function constantSql({ type, value }: Extract<PlanExpr, { kind: 'constant' }>, compared: boolean): string {
  switch (type) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return String(value);
    case 'string':
      return `${textSql(String(value))}::VARCHAR`;
    case 'date':
      return `DATE '${value}'`;
    case 'timestamp':
      return `TIMESTAMP '${String(value).replace('T', ' ').replace('Z', '')}'`;
    case 'number': {
      const bare = Number.isInteger(value) || (compared && Number.isFinite(value));
      return bare ? `(${value})` : `'${value}'::DOUBLE`;
    }
  }
}

/** SQL of a text. */
export function textSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
