/**
 * What `explain` prints of a run, with `…` in place of what another run would print otherwise: times, and sizes of what stages
 * hand on, which hang on the order in which threads write it.
 */
export function withoutFigures(text: string): string {
  return text.replaceAll(/^(?: {2}measured|Run): .*$/gm, (line) =>
    line.replaceAll(/[\d.]+ m?s(?=,| in tasks)/g, '… ms').replaceAll(/[\d.]+ \w+ (?=fetched|written|within)/g, '… '),
  );
}
