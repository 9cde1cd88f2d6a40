/**
 * What a JSON value is, as much as typing needs. Integers tell whether they fit 64 or 128 bits; `mixed` holds anything, kept
 * as its JSON text.
 */
export type JsonShape =
  | { readonly kind: 'null' | 'boolean' | 'int64' | 'int128' | 'float64' | 'mixed' }
  /** `numberLike`: a number may be meant, as in "NaN", for which JSON has no word, or in digits that a float would not hold. */
  | { readonly kind: 'string'; readonly numberLike?: true }
  | { readonly kind: 'list'; readonly item: JsonShape }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, JsonShape> };

/** A place where a text stops being JSON. */
export interface JsonProblem {
  /** From the start of the text. */
  readonly offset: number;
  readonly expected: string;
}

/** The shape of a text's value and where it ends, or what is wrong. */
export type JsonReading =
  | { readonly kind: 'value'; readonly shape: JsonShape; readonly end: number }
  | ({ readonly kind: 'problem' } & JsonProblem);

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const blank = /[ \t\r\n]*/y;
const word = /true|false|null/y;
const numberLike = /^"\s*[+-]?(\.?\d[\d_.e+-]*|nan|inf(inity)?)\s*"$/i;

/**
 * Reads one JSON value (RFC 8259) for its shape. Unlike `JSON.parse` it tells `1` from `1.0` and large integers from floats.
 *
 * @param text latin1 of UTF-8 bytes, or decoded; offsets count its characters
 */
export function readJson(text: string, from = 0): JsonReading {
  try {
    const reader = new ShapeReader(text, from);
    const shape = reader.value();
    return { kind: 'value', shape, end: reader.position };
  } catch (error) {
    if (error instanceof JsonStop) return { kind: 'problem', offset: error.offset, expected: error.expected };
    throw error;
  }
}

/** The texts of an object's values, by name, each as it stands there. */
export function fieldTexts(object: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const reader = new ShapeReader(object, 0, (name, start, end) => {
    texts.set(name, Buffer.from(object.slice(start, end), 'latin1').toString('utf8').trim());
  });
  reader.value();
  return texts;
}

/** The narrowest shape that holds both. */
export function joinShapes(a: JsonShape, b: JsonShape): JsonShape {
  if (a === b || b.kind === 'null') return a;
  if (a.kind === 'null') return b;
  if (a.kind === 'list' && b.kind === 'list') {
    const item = joinShapes(a.item, b.item);
    return item === a.item ? a : { kind: 'list', item };
  }
  if (a.kind === 'struct' && b.kind === 'struct') return joinStructs(a.fields, b.fields);
  if (a.kind === 'string' && b.kind === 'string') return a.numberLike ? b : a;
  if (a.kind === b.kind) return a;
  const [left, right] = [numbers.indexOf(a.kind), numbers.indexOf(b.kind)];
  if (left >= 0 && right >= 0) return left > right ? a : b;
  return { kind: 'mixed' };
}

const numbers: readonly string[] = ['int64', 'int128', 'float64'];

function joinStructs(a: ReadonlyMap<string, JsonShape>, b: ReadonlyMap<string, JsonShape>): JsonShape {
  const fields = new Map(a);
  for (const [name, shape] of b) fields.set(name, joinShapes(fields.get(name) ?? { kind: 'null' }, shape));
  return { kind: 'struct', fields };
}

class JsonStop extends Error {
  readonly offset: number;
  readonly expected: string;

  constructor(offset: number, expected: string) {
    super(expected);
    this.offset = offset;
    this.expected = expected;
  }
}

/** Nesting that no sensible record has; deeper text would overflow the stack. */
const deepest = 500;

class ShapeReader {
  position: number;
  private readonly text: string;
  private readonly onField: ((name: string, start: number, end: number) => void) | null;
  private depth = 0;

  /** @param onField is told of the outermost object's fields */
  constructor(text: string, from: number, onField: ((name: string, start: number, end: number) => void) | null = null) {
    this.text = text;
    this.position = from;
    this.onField = onField;
  }

  value(): JsonShape {
    this.match(blank);
    switch (this.text[this.position]) {
      case '{':
        return this.nested(() => this.struct());
      case '[':
        return this.nested(() => this.list());
      case '"':
        return numberLike.test(this.string()) ? { kind: 'string', numberLike: true } : { kind: 'string' };
      default:
        return this.scalar();
    }
  }

  private nested(read: () => JsonShape): JsonShape {
    if (++this.depth > deepest) throw new JsonStop(this.position, `at most ${deepest} levels of nesting`);
    this.position++;
    const shape = read();
    this.depth--;
    return shape;
  }

  private struct(): JsonShape {
    const fields = new Map<string, JsonShape>();
    if (this.take('}')) return { kind: 'struct', fields };
    do {
      this.match(blank);
      const at = this.position;
      const name = decodeString(this.string());
      if (fields.has(name)) throw new JsonStop(at, `a name other than ${JSON.stringify(name)}, which came before`);
      this.expect(':');
      const start = this.position;
      const shape = this.value();
      if (this.depth === 1) this.onField?.(name, start, this.position);
      fields.set(name, shape);
    } while (this.take(','));
    this.expect('}');
    return { kind: 'struct', fields };
  }

  private list(): JsonShape {
    let item: JsonShape = { kind: 'null' };
    if (this.take(']')) return { kind: 'list', item };
    do item = joinShapes(item, this.value());
    while (this.take(','));
    this.expect(']');
    return { kind: 'list', item };
  }

  private scalar(): JsonShape {
    const known = this.match(word);
    if (known) return { kind: known[0] === 'null' ? 'null' : 'boolean' };
    const digits = this.match(number);
    if (!digits) throw new JsonStop(this.position, 'a JSON value');
    return { kind: digits[1] || digits[2] ? 'float64' : integerKind(digits[0]) };
  }

  /** The string with its quotes; a loop, since a regular expression overflows its stack on strings of megabytes. */
  private string(): string {
    const start = this.position;
    if (this.text[start] !== '"') this.stop('a name in quotes');
    for (let at = start + 1; ; at++) {
      const character = this.text.charCodeAt(at);
      if (character === 0x22) {
        this.position = at + 1;
        return this.text.slice(start, this.position);
      }
      if (character === 0x5c && '"\\/bfnrtu'.includes(this.text[++at] ?? '-')) continue;
      if (character >= 0x20 && character !== 0x5c) continue;
      throw new JsonStop(at, Number.isNaN(character) ? "the string's closing quote" : 'no such character in a string');
    }
  }

  private take(character: string): boolean {
    this.match(blank);
    if (this.text[this.position] !== character) return false;
    this.position++;
    return true;
  }

  private expect(character: string): void {
    if (!this.take(character)) this.stop(JSON.stringify(character));
  }

  private stop(expected: string): never {
    throw new JsonStop(this.position, expected);
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    if (found) this.position = pattern.lastIndex;
    return found;
  }
}

function integerKind(digits: string): 'int64' | 'int128' | 'mixed' {
  if (digits.length <= 18) return 'int64';
  const value = BigInt(digits);
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return 'int64';
  // Beyond 128 bits only the text is exact.
  return value >= -(2n ** 127n) && value < 2n ** 127n ? 'int128' : 'mixed';
}

/** Names are read from latin1 text of UTF-8 bytes. */
function decodeString(quoted: string): string {
  const text = Buffer.from(quoted, 'latin1').toString('utf8');
  return quoted.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}
