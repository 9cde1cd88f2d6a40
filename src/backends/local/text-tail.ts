/** The last bytes of a stream of text. */
export class TextTail {
  private readonly maxBytes: number;
  private bytes = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Takes the stream's next bytes. */
  add(chunk: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, chunk]).subarray(-this.maxBytes);
  }

  /** What the stream ended with, as UTF-8; a character that was cut at the start shows as U+FFFD. */
  toString(): string {
    return this.bytes.toString('utf8');
  }
}
