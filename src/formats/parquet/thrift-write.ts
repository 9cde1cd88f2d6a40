import { type ThriftList, type ThriftStruct, type ThriftValue, thriftTypes } from './thrift.ts';

/** The bytes of a struct; the inverse of `readThrift`, byte for byte when the struct was not changed. */
export function writeThrift(struct: ThriftStruct): Uint8Array {
  const writer = new ThriftWriter();
  writer.struct(struct);
  return writer.finish();
}

class ThriftWriter {
  private bytes = Buffer.allocUnsafe(1024);
  private position = 0;

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.position);
  }

  struct({ fields }: ThriftStruct): void {
    let last = 0;
    for (const { id, type, value } of fields) {
      const distance = id - last;
      // Where the distance fits, it stands in the type's byte.
      const short = distance > 0 && distance < 16;
      this.byte(short ? (distance << 4) | type : type);
      if (!short) this.integer(id);
      this.value(type, value);
      last = id;
    }
    this.byte(thriftTypes.stop);
  }

  private value(type: number, value: ThriftValue): void {
    if (typeof value === 'boolean') return; // the type says it
    if (value instanceof Uint8Array) {
      if (type === thriftTypes.binary) this.varint(value.length);
      this.raw(value);
    } else if (typeof value === 'object') {
      if ('fields' in value) this.struct(value);
      else this.list(value);
    } else if (type <= thriftTypes.byte) this.byte(Number(value));
    else this.integer(value);
  }

  private list({ itemType, items }: ThriftList): void {
    if (items.length < 15) this.byte((items.length << 4) | itemType);
    else {
      this.byte(0xf0 | itemType);
      this.varint(items.length);
    }
    for (const item of items) this.value(itemType, item);
  }

  private integer(value: number | bigint): void {
    if (typeof value === 'number' && Math.abs(value) < 2 ** 51) this.varint(value < 0 ? -2 * value - 1 : 2 * value);
    else this.longVarint(BigInt(value) < 0n ? -2n * BigInt(value) - 1n : 2n * BigInt(value));
  }

  private varint(value: number): void {
    for (; value >= 0x80; value = Math.floor(value / 128)) this.byte((value % 128) | 0x80);
    this.byte(value);
  }

  private longVarint(value: bigint): void {
    for (; value >= 0x80n; value >>= 7n) this.byte(Number(value & 0x7fn) | 0x80);
    this.byte(Number(value));
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  private raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.position);
    this.position += value.length;
  }

  private reserve(length: number): void {
    if (this.position + length <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.position + length));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
  }
}
