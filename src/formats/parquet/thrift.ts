/**
 * Thrift's compact protocol as a tree that knows no schema, so that fields of later Parquet versions survive a rewrite.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export const thriftTypes = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const;

/** Integers are numbers while these are exact; doubles stay 8 bytes, so that every NaN survives. */
export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftList | ThriftStruct;

/** A list or set; booleans in it are bytes, since writers differ in how they spell false. */
export interface ThriftList {
  readonly itemType: number;
  readonly items: readonly ThriftValue[];
}

/** Fields in the order in which they stand. */
export interface ThriftStruct {
  readonly fields: readonly ThriftField[];
}

/** `type` is one of {@link thriftTypes}; for booleans it is the value too. */
export interface ThriftField {
  readonly id: number;
  readonly type: number;
  readonly value: ThriftValue;
}

/** An integer field; undefined when it is missing. */
export function intField(struct: ThriftStruct, id: number): number | undefined {
  const value = fieldValue(struct, id);
  if (value === undefined || typeof value === 'number') return value;
  throw new Error(`field ${id} is ${describe(value)} where an integer was expected`);
}

/** A boolean field; undefined when it is missing. */
export function booleanField(struct: ThriftStruct, id: number): boolean | undefined {
  const value = fieldValue(struct, id);
  if (value === undefined || typeof value === 'boolean') return value;
  throw new Error(`field ${id} is ${describe(value)} where a boolean was expected`);
}

/** A binary field; undefined when it is missing. */
export function bytesField(struct: ThriftStruct, id: number): Uint8Array | undefined {
  const value = fieldValue(struct, id);
  if (value === undefined || value instanceof Uint8Array) return value;
  throw new Error(`field ${id} is ${describe(value)} where bytes were expected`);
}

/** A text field; undefined when it is missing. */
export function textField(struct: ThriftStruct, id: number): string | undefined {
  const bytes = bytesField(struct, id);
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** A struct field; undefined when it is missing. */
export function structField(struct: ThriftStruct, id: number): ThriftStruct | undefined {
  const value = fieldValue(struct, id);
  return value === undefined ? undefined : asStruct(value);
}

/** Structs of a list field; empty when it is missing. */
export function structsField(struct: ThriftStruct, id: number): readonly ThriftStruct[] {
  const value = fieldValue(struct, id);
  if (value === undefined) return [];
  if (typeof value === 'object' && 'items' in value) return value.items.map(asStruct);
  throw new Error(`field ${id} is ${describe(value)} where a list was expected`);
}

/** The struct without some fields, and with the values of others replaced where these exist. */
export function changeFields(
  struct: ThriftStruct,
  changes: { readonly drop?: readonly number[]; readonly set?: ReadonlyMap<number, ThriftValue> },
): ThriftStruct {
  const kept = struct.fields.filter((field) => !changes.drop?.includes(field.id));
  return { fields: kept.map((field) => ({ ...field, value: changes.set?.get(field.id) ?? field.value })) };
}

/** A list of structs. */
export function structList(items: readonly ThriftStruct[]): ThriftList {
  return { itemType: thriftTypes.struct, items };
}

function fieldValue(struct: ThriftStruct, id: number): ThriftValue | undefined {
  return struct.fields.find((field) => field.id === id)?.value;
}

function asStruct(value: ThriftValue): ThriftStruct {
  if (typeof value === 'object' && 'fields' in value) return value;
  throw new Error(`a value is ${describe(value)} where a struct was expected`);
}

function describe(value: ThriftValue): string {
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'object') return 'fields' in value ? 'a struct' : 'a list';
  return typeof value === 'boolean' ? 'a boolean' : `the integer ${value}`;
}
