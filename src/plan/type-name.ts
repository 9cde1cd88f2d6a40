import { PlanError } from '../errors.ts';
import type { DataType, Field, SimpleTypeKind, TimestampUnit } from './types.ts';

const simpleKinds: ReadonlySet<string> = new Set<SimpleTypeKind>([
  'boolean',
  'int8',
  'int16',
  'int32',
  'int64',
  'int128',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'uint128',
  'float32',
  'float64',
  'string',
  'binary',
  'date',
  'time',
  'timestamptz',
  'interval',
  'uuid',
  'null',
]);

/** SQL's and other libraries' usual names for the same types. */
const aliases: Readonly<Record<string, DataType>> = {
  bool: { kind: 'boolean' },
  tinyint: { kind: 'int8' },
  smallint: { kind: 'int16' },
  int: { kind: 'int32' },
  integer: { kind: 'int32' },
  bigint: { kind: 'int64' },
  hugeint: { kind: 'int128' },
  float: { kind: 'float32' },
  real: { kind: 'float32' },
  double: { kind: 'float64' },
  number: { kind: 'float64' },
  text: { kind: 'string' },
  varchar: { kind: 'string' },
  utf8: { kind: 'string' },
  blob: { kind: 'binary' },
  bytes: { kind: 'binary' },
  timestamp: { kind: 'timestamp', unit: 'us' },
  datetime: { kind: 'timestamp', unit: 'us' },
};

/**
 * Reads a type's text form: `int64`, `decimal(15, 2)`, `timestamp(ms)`, `enum('a', 'b')`, `list<T>` or `T[]`, `T[3]`,
 * `struct<a: T, "b c": U>`, `map<K, V>`, and SQL's names for the simple ones (`bigint`, `double`, `varchar` …).
 *
 * @throws {PlanError} UNKNOWN_TYPE, naming the text and the place where reading stopped
 */
export function parseType(text: string): DataType {
  const reader = new TypeReader(text);
  const type = reader.type();
  reader.end();
  return type;
}

/** The text form that {@link parseType} reads back. */
export function formatType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'timestamp':
      return type.unit === 'us' ? 'timestamp' : `timestamp(${type.unit})`;
    case 'enum':
      return `enum(${type.values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`;
    case 'list':
      return `list<${formatType(type.item)}>`;
    case 'array':
      return `${formatType(type.item)}[${type.length}]`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${formatName(field.name)}: ${formatType(field.type)}`).join(', ')}>`;
    case 'map':
      return `map<${formatType(type.key)}, ${formatType(type.value)}>`;
    default:
      return type.kind;
  }
}

function formatName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

class TypeReader {
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  type(): DataType {
    let type = this.base();
    for (;;) {
      const suffix = this.match(/^\[\s*(\d*)\s*\]/);
      if (!suffix) return type;
      type = suffix[1] ? { kind: 'array', item: type, length: Number(suffix[1]) } : { kind: 'list', item: type };
    }
  }

  end(): void {
    this.match(/^\s+/);
    if (this.position < this.text.length) this.fail();
  }

  private base(): DataType {
    const word = this.match(/^\s*([A-Za-z_]\w*)/)?.[1]?.toLowerCase();
    switch (word) {
      case undefined:
        return this.fail();
      case 'decimal':
      case 'numeric':
        return this.decimal();
      case 'timestamp': {
        const unit = this.match(/^\s*\(\s*(s|ms|us|ns)\s*\)/)?.[1];
        return { kind: 'timestamp', unit: (unit ?? 'us') as TimestampUnit };
      }
      case 'enum':
        return { kind: 'enum', values: this.enumValues() };
      case 'list':
        return this.angle(() => ({ kind: 'list', item: this.type() }));
      case 'map':
        return this.angle(() => {
          const key = this.type();
          this.expect(/^\s*,/);
          return { kind: 'map', key, value: this.type() };
        });
      case 'struct':
        return this.angle(() => ({ kind: 'struct', fields: this.structFields() }));
    }
    if (simpleKinds.has(word)) return { kind: word as SimpleTypeKind };
    return aliases[word] ?? this.fail();
  }

  private decimal(): DataType {
    const parameters = this.match(/^\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/);
    const precision = Number(parameters?.[1] ?? 18);
    const scale = Number(parameters ? (parameters[2] ?? 0) : 3);
    if (precision < 1 || precision > 38 || scale > precision) {
      throw new PlanError(
        'UNKNOWN_TYPE',
        `decimal(${precision}, ${scale}) is not a type: precision is 1 to 38, scale 0 to precision.`,
      );
    }
    return { kind: 'decimal', precision, scale };
  }

  private enumValues(): string[] {
    const values: string[] = [];
    this.expect(/^\s*\(/);
    do {
      const quoted = this.expect(/^\s*'((?:[^']|'')*)'/);
      values.push((quoted[1] ?? '').replaceAll("''", "'"));
    } while (this.match(/^\s*,/));
    this.expect(/^\s*\)/);
    return values;
  }

  private structFields(): Field[] {
    const fields: Field[] = [];
    do {
      const name = this.expect(/^\s*(?:([A-Za-z_]\w*)|"((?:[^"]|"")*)")\s*:/);
      fields.push({ name: name[1] ?? (name[2] ?? '').replaceAll('""', '"'), type: this.type() });
    } while (this.match(/^\s*,/));
    return fields;
  }

  private angle(read: () => DataType): DataType {
    this.expect(/^\s*</);
    const type = read();
    this.expect(/^\s*>/);
    return type;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    const found = pattern.exec(this.text.slice(this.position));
    if (found) this.position += found[0].length;
    return found;
  }

  private expect(pattern: RegExp): RegExpExecArray {
    return this.match(pattern) ?? this.fail();
  }

  private fail(): never {
    throw new PlanError(
      'UNKNOWN_TYPE',
      `Unknown type ${JSON.stringify(this.text)} (reading stopped at character ${this.position}). ` +
        "Types are boolean, int8…int128, uint8…uint128, float32, float64, decimal(p, s), string, binary, date, time, timestamp, timestamp(s|ms|ns), timestamptz, interval, uuid, enum('a', …), list<T>, T[n], struct<a: T, …>, map<K, V>.",
    );
  }
}
