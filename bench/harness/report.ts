import { type Figure, type Goal, judge } from './figures.ts';
import { alignTable } from './table.ts';

/** Renders the figures as one table, ratios first. */
export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    quantity(figure, figure.estimate.value),
    interval(figure),
    figure.goal ? goalText(figure, figure.goal) : '',
    figure.what,
    milliseconds(figure.shoalMs),
    milliseconds(figure.otherMs),
  ]);
  const header = ['median', '95 % interval', 'goal', 'what', 'shoal', 'other'];
  return alignTable(header, rows, ['right', 'right', 'right', 'left', 'right', 'right']);
}

/** Renders each figure that has a goal beside it, with the verdict. */
export function goalsTable(figures: readonly Figure[]): string {
  const rows = figures.flatMap((figure) => {
    const { estimate, goal, what } = figure;
    if (!goal) return [];
    const measured = quantity(figure, estimate.value);
    return [[judge(estimate, goal), measured, interval(figure), goalText(figure, goal), what]];
  });
  const header = ['verdict', 'measured', '95 % interval', 'goal', 'what'];
  return alignTable(header, rows, ['left', 'right', 'right', 'right', 'left']);
}

/** Returns the figures whose goal even the favourable end of the interval misses. */
export function missedFigures(figures: readonly Figure[]): Figure[] {
  return figures.filter(({ estimate, goal }) => goal !== undefined && judge(estimate, goal) === 'missed');
}

function interval(figure: Figure): string {
  const { low, high } = figure.estimate;
  return low === high ? '' : `${quantity(figure, low)} … ${quantity(figure, high)}`;
}

function goalText(figure: Figure, { bound, value }: Goal): string {
  return `${bound === 'at most' ? '≤' : '≥'} ${quantity(figure, value)}`;
}

function quantity({ unit }: Figure, value: number): string {
  switch (unit) {
    case 'ratio':
      return value.toFixed(2);
    case 'MB':
      return `${value.toFixed(value < 100 ? 1 : 0)} MB`;
    case '/s':
      return `${value.toFixed(0)} /s`;
  }
}

function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '';
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(0)} ms`;
}
