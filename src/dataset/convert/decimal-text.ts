/** `unscaled · 10^-scale` in digits, with all `scale` digits after the point. */
export function formatDecimal(unscaled: bigint | number, scale: number): string {
  const digits = String(unscaled);
  if (scale === 0) return digits;
  const negative = digits.startsWith('-');
  const padded = (negative ? digits.slice(1) : digits).padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
