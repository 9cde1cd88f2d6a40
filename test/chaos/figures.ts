/** Prints what a chaos run counted, where it was asked for by `SHOAL_RUNS`. */
export function tellFigures(figures: Readonly<Record<string, number | string>>): void {
  if (process.env.SHOAL_RUNS === undefined) return;
  const texts = Object.entries(figures).map(([name, figure]) => `${name} ${figure}`);
  process.stdout.write(`chaos: ${texts.join(', ')}\n`);
}
