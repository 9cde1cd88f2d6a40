import { deserializeError, ShoalError, serializeError } from '../errors.ts';
import { type PartSpan, verifySpans } from '../plan/part-span.ts';
import { mapInputs, type RelNode } from '../plan/relation.ts';
import type { Newline } from '../plan/source.ts';
import type { Task, TaskResult } from '../plan/task.ts';

/** How a task ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly results: readonly TaskResult[] }
  /** An error that stands only if the parts were guessed right. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Its rows were not wanted. */
  | { readonly kind: 'skipped' };

/** Whether an error may be the fault of a wrong guess about what comes before a part of a file. */
export function isGuessed(error: unknown): boolean {
  return spansOfError(error).some((span) => span.guessed);
}

/** The error without the spans, which are no affair of the user's. */
export function withoutSpans(error: unknown): unknown {
  if (!(error instanceof ShoalError) || error.details.spans === undefined) return error;
  const { spans: _, ...details } = error.details;
  return deserializeError({ ...serializeError(error), details });
}

/**
 * The tasks that guessed wrong what comes before a part of a CSV file, with what they should run instead; by index. What
 * follows a wrong part is not judged before that ran again, and what follows the first error not at all. Pure.
 */
export function correctGuesses(tasks: readonly Task[], outcomes: readonly Outcome[]): ReadonlyMap<number, Task> {
  const corrected = new Map<number, Task>();
  const firstFailed = outcomes.findIndex((outcome) => outcome.kind === 'failed');
  for (const parts of chainsOf(outcomes)) {
    const known = withGaps(parts);
    for (const [index, verdict] of verifySpans(known.map((part) => part?.span ?? null)).entries()) {
      const part = known[index];
      if (part && firstFailed >= 0 && part.task > firstFailed) break;
      const task = part && (corrected.get(part.task) ?? tasks[part.task]);
      if (verdict.kind === 'rerun' && part && task) corrected.set(part.task, withTruth(task, part.span, verdict));
    }
  }
  return corrected;
}

/** The parts with null where one is not known: what comes behind it cannot be judged. */
function withGaps(parts: readonly OwnedSpan[]): readonly (OwnedSpan | null)[] {
  return parts.flatMap((part, index) =>
    part.span.startByte === (parts[index - 1]?.span.endByte ?? 0) ? [part] : [null, part],
  );
}

interface OwnedSpan {
  readonly task: number;
  readonly span: PartSpan;
}

/** Spans of each file of each scan, in the file's order; a file that a union reads twice has two such chains. */
function chainsOf(outcomes: readonly Outcome[]): readonly (readonly OwnedSpan[])[] {
  const chains = new Map<string, OwnedSpan[]>();
  const closed: OwnedSpan[][] = [];
  for (const [task, outcome] of outcomes.entries()) {
    for (const span of spansOf(outcome)) {
      const key = `${span.scan} ${span.uri}`;
      const chain = chains.get(key) ?? [];
      const last = chain.at(-1);
      if (last && span.startByte <= last.span.startByte) {
        closed.push(chain);
        chains.set(key, [{ task, span }]);
      } else chains.set(key, [...chain, { task, span }]);
    }
  }
  return [...closed, ...chains.values()];
}

function spansOf(outcome: Outcome): readonly PartSpan[] {
  switch (outcome.kind) {
    case 'done':
      return outcome.results.flatMap((result) => result.spans);
    case 'failed':
      return spansOfError(outcome.error);
    case 'skipped':
      return [];
  }
}

function spansOfError(error: unknown): readonly PartSpan[] {
  const spans = error instanceof ShoalError ? error.details.spans : undefined;
  // They are this project's own, from the worker that raised the error.
  return Array.isArray(spans) ? (spans as unknown as readonly PartSpan[]) : [];
}

/** What is known of a part from those before it. */
interface PartTruth {
  readonly exactStart: number;
  readonly newline: Newline | '';
}

/** The task with the true start of one of its parts, and what stands before that. */
function withTruth(task: Task, span: PartSpan, { exactStart, newline }: PartTruth): Task {
  const truth = { exactStart, ...(newline === '' ? {} : { newline }) };
  let scan = 0;
  const correct = (rel: RelNode): RelNode => {
    if (rel.kind !== 'scan') return mapInputs(rel, correct);
    if (scan++ !== span.scan) return rel;
    const files = rel.source.files.map((file) =>
      file.uri === span.uri && file.part?.kind === 'bytes' && file.part.startByte === span.startByte
        ? { ...file, part: { ...file.part, ...truth } }
        : file,
    );
    return { ...rel, source: { ...rel.source, files } };
  };
  return { ...task, plan: correct(task.plan) };
}
