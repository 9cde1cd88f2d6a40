/**
 * Ranges of code points that terminals draw two cells wide: East Asian Wide and Fullwidth (Unicode 15, EastAsianWidth.txt),
 * joined where only unassigned points lie between, and emoji.
 */
const wideRanges: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2755],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2b55, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1b000, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f1e6, 0x1f320],
  [0x1f32d, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f90c, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Made when the first text is not ASCII: making it reads ICU's data, some 15 ms. */
let segmenter: Intl.Segmenter | null = null;
const zeroWidth = /^[\p{Mark}\p{Format}\p{Control}]$/u;
const printableAscii = /^[\x20-\x7e]*$/;

/** Cells that a terminal takes to draw `text`, which has no control characters. */
export function textWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += graphemeWidth(segment);
  return width;
}

/** The longest beginning of `text` that fits into `width` cells, ending with `…` when something was cut. */
export function truncateText(text: string, width: number): string {
  if (text.length <= width && printableAscii.test(text)) return text;
  let used = 0;
  let fitting = '';
  for (const { segment } of graphemesOf(text)) {
    const next = used + graphemeWidth(segment);
    if (next > width) return `${cutBy(fitting, used, width)}…`;
    fitting += segment;
    used = next;
  }
  return text;
}

function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Makes room for the ellipsis. */
function cutBy(text: string, used: number, width: number): string {
  if (used < width) return text;
  const segments = [...graphemesOf(text)].map(({ segment }) => segment);
  return segments.slice(0, -1).join('');
}

/** A grapheme is as wide as its first code point that has a width: marks and joiners add none. */
function graphemeWidth(grapheme: string): number {
  const first = grapheme.codePointAt(0) ?? 0;
  // U+FE0F asks for the emoji's own, wide, picture.
  if (grapheme.includes('\ufe0f') || wideRanges.some(([from, to]) => first >= from && first <= to)) return 2;
  return zeroWidth.test(String.fromCodePoint(first)) ? 0 : 1;
}
