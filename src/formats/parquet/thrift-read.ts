import { type ThriftField, type ThriftStruct, type ThriftValue, thriftTypes } from './thrift.ts';

/** Deepest nesting that is read: Parquet's footer needs seven levels, and hostile bytes may not exhaust the stack. */
const deepest = 64;

/**
 * Reads one struct from the beginning of `bytes`.
 *
 * @returns the struct, and the offset behind it
 * @throws {Error} with the offset, where the bytes are no struct or end within it
 */
export function readThrift(bytes: Uint8Array): { readonly struct: ThriftStruct; readonly endByte: number } {
  const reader = new ThriftReader(bytes);
  return { struct: reader.struct(0), endByte: reader.position };
}

class ThriftReader {
  position = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  struct(depth: number): ThriftStruct {
    this.limit(depth);
    const fields: ThriftField[] = [];
    for (let id = 0; ; ) {
      // A field begins with 4 bits of distance from the last id (0: the id itself follows) and 4 bits of type.
      const header = this.byte();
      const type = header & 0x0f;
      if (type === thriftTypes.stop) return { fields };
      id = header >> 4 === 0 ? Number(this.integer()) : id + (header >> 4);
      fields.push({ id, type, value: this.value(type, depth, false) });
    }
  }

  private value(type: number, depth: number, inList: boolean): ThriftValue {
    switch (type) {
      case thriftTypes.true:
      case thriftTypes.false:
        return inList ? this.byte() : type === thriftTypes.true;
      case thriftTypes.byte:
        return this.byte();
      case thriftTypes.i16:
      case thriftTypes.i32:
      case thriftTypes.i64:
        return this.integer();
      case thriftTypes.double:
        return this.take(8);
      case thriftTypes.binary:
        return this.take(Number(this.varint()));
      case thriftTypes.list:
      case thriftTypes.set:
        return this.list(depth);
      case thriftTypes.struct:
        return this.struct(depth + 1);
    }
    throw new Error(`unknown type ${type} at byte ${this.position}`);
  }

  private limit(depth: number): void {
    if (depth > deepest) throw new Error(`more than ${deepest} levels of structs and lists at byte ${this.position}`);
  }

  private list(depth: number): ThriftValue {
    this.limit(depth);
    // 4 bits of length (15: a varint follows), 4 bits of type.
    const header = this.byte();
    const itemType = header & 0x0f;
    const length = header >> 4 === 15 ? Number(this.varint()) : header >> 4;
    // Every item takes a byte at least: a length beyond that is damage, and must not become an allocation.
    if (length > this.bytes.length - this.position)
      throw new Error(`a list of ${length} items at byte ${this.position}`);
    const items: ThriftValue[] = [];
    for (let index = 0; index < length; index++) items.push(this.value(itemType, depth + 1, true));
    return { itemType, items };
  }

  /** Zigzag: 0, −1, 1, −2 … are 0, 1, 2, 3 …; a number while that is exact. */
  private integer(): number | bigint {
    const folded = this.varint();
    if (typeof folded === 'number') return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    const value = folded % 2n === 0n ? folded / 2n : -(folded + 1n) / 2n;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /** Groups of 7 bits, lowest first; the high bit says that another follows. */
  private varint(): number | bigint {
    const start = this.position;
    let value = 0;
    for (let scale = 1; scale <= 2 ** 42; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return this.longVarint(start);
  }

  private longVarint(start: number): bigint {
    this.position = start;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error(`an integer of more than 10 bytes at byte ${start}`);
  }

  private byte(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw new Error(`the bytes end at ${this.position}, within a struct`);
    this.position++;
    return byte;
  }

  private take(length: number): Uint8Array {
    const endByte = this.position + length;
    if (endByte > this.bytes.length)
      throw new Error(`${length} bytes at byte ${this.position} pass the end (${this.bytes.length})`);
    const taken = this.bytes.subarray(this.position, endByte);
    this.position = endByte;
    return taken;
  }
}
