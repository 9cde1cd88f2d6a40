/** Texts or bytes laid end to end; value i lies at `valueOffsets[i] … valueOffsets[i + 1]`. */
export type Packed = {
  readonly valueOffsets: Int32Array;
  readonly data: Uint8Array;
};

/** Eight booleans a byte, least significant bit first. */
export function packBits(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (let index = 0; index < values.length; index++) {
    if (values[index] !== 0) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return bits;
}

/** Texts in UTF-8; lone surrogates become U+FFFD. */
export function packTexts(texts: readonly string[]): Packed {
  const joined = texts.join('');
  const data = Buffer.from(joined, 'utf8');
  // As many bytes as UTF-16 units: all of it is ASCII, and lengths are byte lengths.
  if (data.length === joined.length) return { valueOffsets: offsetsOf(texts, (text) => text.length), data };
  // One by one: halves of a surrogate pair at the end of one text and the start of the next must not join.
  return packBytes(texts.map((text) => Buffer.from(text, 'utf8')));
}

/** Bytes end to end. */
export function packBytes(values: readonly Uint8Array[]): Packed {
  const valueOffsets = offsetsOf(values, (value) => value.length);
  const data = new Uint8Array(valueOffsets[values.length] ?? 0);
  for (let index = 0; index < values.length; index++) data.set(values[index] ?? new Uint8Array(0), valueOffsets[index]);
  return { valueOffsets, data };
}

/** 16 bytes a value, two's complement, little-endian. */
export function packDecimals(values: Int32Array | BigInt64Array | readonly bigint[]): Uint32Array {
  const words = new Uint32Array(values.length * 4);
  if (values instanceof Int32Array) {
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      words[index * 4] = value;
      if (value < 0) words.fill(0xffffffff, index * 4 + 1, index * 4 + 4);
    }
    return words;
  }
  const halves = new BigInt64Array(words.buffer);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0n;
    // Setting keeps the low 64 bits, whatever the sign.
    halves[index * 2] = value;
    halves[index * 2 + 1] = value >> 64n;
  }
  return words;
}

function offsetsOf<T>(values: readonly T[], lengthOf: (value: T) => number): Int32Array {
  const offsets = new Int32Array(values.length + 1);
  let end = 0;
  for (let index = 0; index < values.length; index++) {
    end += lengthOf(values[index] as T);
    offsets[index + 1] = end;
  }
  if (end > 2 ** 31 - 1)
    throw new RangeError(
      `A column holds ${end} bytes in one batch; Arrow's offsets end at 2147483647. Use smaller batches.`,
    );
  return offsets;
}
