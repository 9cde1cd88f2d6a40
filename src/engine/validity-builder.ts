/** Collects the null bits of a column; stays empty until the first null. */
export class ValidityBuilder {
  private length = 0;
  private bits: Uint8Array | null = null;

  /** Appends bits `start … start + count` of a vector's validity; null means that all are valid. */
  append(validity: Uint8Array | null, start: number, count: number): void {
    if (this.bits === null && (validity === null || allValid(validity, start, count))) {
      this.length += count;
      return;
    }
    const bits = this.reserve(this.length + count);
    if (validity === null) setBits(bits, this.length, count);
    else copyBits(validity, start, bits, this.length, count);
    this.length += count;
  }

  /** The bits so far, and starts anew. */
  finish(): Uint8Array | null {
    const bits = this.bits?.slice(0, Math.ceil(this.length / 8)) ?? null;
    this.bits = null;
    this.length = 0;
    return bits;
  }

  private reserve(length: number): Uint8Array {
    const bytes = Math.ceil(length / 8);
    const old = this.bits;
    if (old !== null && old.length >= bytes) return old;
    const bits = new Uint8Array(Math.max(bytes, (old?.length ?? 256) * 2));
    if (old === null) setBits(bits, 0, this.length);
    else bits.set(old);
    this.bits = bits;
    return bits;
  }
}

function allValid(bits: Uint8Array, start: number, count: number): boolean {
  let index = start;
  const end = start + count;
  for (; index < end && (index & 7) !== 0; index++)
    if (((bits[index >> 3] ?? 0) & (1 << (index & 7))) === 0) return false;
  for (; index + 8 <= end; index += 8) if (bits[index >> 3] !== 0xff) return false;
  for (; index < end; index++) if (((bits[index >> 3] ?? 0) & (1 << (index & 7))) === 0) return false;
  return true;
}

function setBits(bits: Uint8Array, start: number, count: number): void {
  let index = start;
  const end = start + count;
  for (; index < end && (index & 7) !== 0; index++) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  for (; index + 8 <= end; index += 8) bits[index >> 3] = 0xff;
  for (; index < end; index++) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
}

/** Target bits beyond what was written are 0. */
function copyBits(from: Uint8Array, fromStart: number, to: Uint8Array, toStart: number, count: number): void {
  let index = 0;
  if (((fromStart | toStart) & 7) === 0) {
    const bytes = count >> 3;
    to.set(from.subarray(fromStart >> 3, (fromStart >> 3) + bytes), toStart >> 3);
    index = bytes * 8;
  }
  for (; index < count; index++) {
    const source = fromStart + index;
    const target = toStart + index;
    if (((from[source >> 3] ?? 0) & (1 << (source & 7))) !== 0)
      to[target >> 3] = (to[target >> 3] ?? 0) | (1 << (target & 7));
  }
}
